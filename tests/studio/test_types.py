"""The types that the page's comments give fit together, as TypeScript's compiler sees them."""

import json
import subprocess

import pytest

from needs import tsc
from shared import ROOT

PAGE = ROOT / "src" / "glassnet" / "studio" / "page"


@pytest.mark.needs("TypeScript")
def test_the_page_has_no_error_of_types(tmp_path):
    options = {
        "checkJs": True, "allowJs": True, "noEmit": True, "strict": True, "target": "es2023", "module": "es2022",
        "moduleResolution": "bundler", "lib": ["es2023", "dom", "dom.iterable"], "types": [],
    }  # fmt: skip
    project = tmp_path / "tsconfig.json"
    project.write_text(json.dumps({"compilerOptions": options, "include": [str(PAGE / "*.js")]}))
    done = subprocess.run([tsc(), "-p", str(project)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[:4000]
