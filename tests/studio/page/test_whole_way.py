"""The whole way by keyboard alone: from the first Tab to one number of a trained network."""

WHERE = """() => {
  const at = document.activeElement;
  return at && at !== document.body ? [at.id, at.dataset.key ?? "", at.className, at.tagName] : null;
}"""


def tab_to(page, found, most=150):
    """Press Tab until what has the focus is found; return it as (id, data-key, class, tag)."""
    for _ in range(most):
        page.keyboard.press("Tab")
        at = page.evaluate(WHERE)
        if at and found(*at):
            return at
    raise AssertionError("Tab never came there")


def test_from_the_first_tab_to_one_number_of_a_trained_network(browsing):
    shown = browsing()
    page = shown.page
    # data: moons, few of them
    tab_to(page, lambda id_, *_: id_ == "field-source-name")
    page.keyboard.press("ArrowDown")
    shown.until("(store) => store.state.spec.source.name === 'moons'")
    tab_to(page, lambda id_, *_: id_ == "field-source-m")
    page.keyboard.press("Control+a")
    page.keyboard.type("60")
    page.keyboard.press("Enter")
    shown.until("(store) => store.state.spec.source.m === 60")
    # network: one unit more
    units = shown.state["sizes"][1]
    tab_to(page, lambda id_, *_: id_ == "units-1")
    page.keyboard.press("ArrowUp")
    shown.until("(store, given) => store.state.sizes[1] === given", units + 1)
    # training: play, pause
    tab_to(page, lambda id_, *_: id_ == "play")
    page.keyboard.press("Enter")
    shown.until("(store) => store.state.iteration > 5")
    page.keyboard.press("Enter")
    shown.until("(store) => !store.state.playing")
    # glass: a unit, its layer, one number of Z
    tab_to(page, lambda id_, key, *_: key.startswith("1:"))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    shown.until("(store) => store.selection.kind === 'unit' && store.selection.unit === 1")
    tab_to(page, lambda id_, key, *_: key == "crumb:layer")
    page.keyboard.press("Enter")
    page.wait_for_selector('[data-array="Z1"] .grid')
    inside = "document.activeElement.closest('[data-array]')?.dataset.array === 'Z1'"
    tab_to(page, lambda id_, key, name, tag: "grid" in name.split() and page.evaluate(inside))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    data, net = shown.session.data, shown.session.net
    Z = net.trace(data.X[:, [0]], data.Y[:, [0]]).Z[1]
    said = page.inner_text('[data-array="Z1"] output')
    number = float(said.rpartition("=")[2].replace("\N{MINUS SIGN}", "-"))
    assert number in Z[:, 0], (said, Z)
