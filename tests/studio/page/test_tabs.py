"""Many tabs at once: a browser opens six connections to one server, and each tab has to hear and to ask."""

FEW = {"source": {"name": "moons", "m": 60}, "hidden": [{"units": 3, "activation": "tanh"}]}


def test_eight_tabs_watch_one_run_and_each_can_act(browsing):
    first = browsing().begin(FEW)
    run, address = first.state["run"], f"http://127.0.0.1:{first.client.port}/"
    pages = [first.page]
    for _ in range(7):
        page = first.page.context.new_page()
        page.set_default_timeout(30_000)
        page.goto(address)
        page.wait_for_selector(".unit")
        page.evaluate("(run) => import('/page/run.js').then((found) => found.open(run))", run)
        page.evaluate("import('/page/store.js').then((found) => { window.store = found.store; })")
        page.wait_for_function("(run) => window.store.state?.run === run", arg=run)
        pages.append(page)
    first.until("(store) => store.state.iteration === 0")
    for n, page in enumerate(pages, 1):
        page.click("#act-step")
        for each in pages:
            each.wait_for_function("(n) => window.store.state.iteration === n", arg=n)
    for page in pages[1:4]:
        page.close()
    pages[7].click("#play")
    pages[7].wait_for_function("() => window.store.state.iteration > 30")
    pages[7].click("#play")
    first.until("(store) => !store.state.playing")
