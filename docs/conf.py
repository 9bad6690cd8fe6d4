"""How `make docs` builds the site: Markdown pages, the public names' docstrings, and a gallery that is run."""

from datetime import date

import glassnet

project = "glassnet"
author = "the glassnet authors"
project_copyright = f"{date.today().year}, {author}"
version = release = glassnet.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "numpydoc", "sphinx_gallery.gen_gallery"]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
default_role = "code"  # one back quote, as in Markdown
exclude_patterns = ["_build", "gallery", "reports", "README.md", "**/sg_execution_times.rst"]
suppress_warnings = ["config.cache"]  # the gallery's settings are compared by what they do, not kept

html_theme = "furo"
html_title = "glassnet"
html_copy_source = False
html_static_path = ["style"]
html_css_files = ["site.css"]
html_extra_path = ["reports"]  # the example reports, as they are

myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "none"  # the docstrings say shapes, which types cannot
autodoc_default_options = {"members": True}
numpydoc_show_class_members = False  # autodoc does

sphinx_gallery_conf = {
    "examples_dirs": "gallery",
    "gallery_dirs": "auto_gallery",
    "backreferences_dir": "auto_gallery/uses",  # which pages show a function: for the API's small galleries
    "doc_module": ("glassnet",),
    "within_subsection_order": "FileNameSortKey",
    "abort_on_example_error": True,
    "capture_repr": ("_repr_html_",),
    "remove_config_comments": True,
    "show_memory": False,
    "show_signature": False,
    "write_computation_times": False,
    "download_all_examples": False,
}


PAGES = {  # of the project's own pages, the page of the site that includes each
    "README.md": "start.md",
    "README.zh-CN.md": "start.zh.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "CHANGELOG.md": "changelog.md",
}


def where_it_lies_here(app, relative_path, parent, content):
    """Turn the links of the project's own pages, which lead from its top, into links from the site's pages."""
    if relative_path.name in PAGES:
        found = content[0].replace("](docs/", "](").replace("](src/", "](../src/")
        for there, here in PAGES.items():
            found = found.replace(f"]({there})", f"]({here})")
        content[0] = found


def whose_it_is(app, what, name, obj, skip, options):
    """Leave out what an estimator inherits from scikit-learn, whose own pages describe it."""
    inherited = str(getattr(obj, "__module__", "")).startswith("sklearn.") or name.endswith("_request")
    return True if inherited else None


def setup(app):
    """Hang the two into Sphinx."""
    app.connect("autodoc-skip-member", whose_it_is)
    app.connect("include-read", where_it_lies_here)
