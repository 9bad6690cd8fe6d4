"""Training is played, stopped, taken step by step and part by part; what is drawn follows."""


def test_a_network_plays_and_pauses_and_the_page_follows(shown):
    page = shown.page
    page.click("#play")
    shown.until("(store) => store.state.iteration > 20 && store.plane && store.state.costs.iterations.length > 2")
    page.click("#play")
    shown.until("(store) => !store.state.playing")
    stood = shown.session.place.iteration
    shown.until("(store, given) => store.state.iteration === given", stood)
    page.wait_for_function("(given) => document.querySelector('#figure-0').textContent === given", arg=str(stood))
    assert page.locator(".curves .line").count() == 2
    assert shown.state["layers"][0]["W_values"] == shown.session.net.W[1].tolist()


def test_steps_and_epochs_and_a_new_start_with_the_same_seed(shown):
    first = shown.state["layers"]
    shown.press("step", 1)
    shown.press("epoch", 2)
    shown.press("reset", 0)
    assert shown.state["layers"] == first
    shown.page.fill("#seed", "2")
    shown.page.keyboard.press("Enter")
    shown.until("(store) => store.state.spec.seed === 2")
    assert shown.state["layers"] != first


def test_the_parts_of_a_step_are_shown_and_are_one_step(shown):
    passes = []
    for _ in range(6):
        before = len(passes)
        shown.page.click("#act-part")
        shown.until("(store, given) => (store.state.part?.index ?? -1) === given", before)
        shown.page.wait_for_selector(f".part.{shown.state['part']['pass']}")
        passes.append((shown.state["part"]["pass"], shown.state["part"]["layer"]))
        active = {1: 3, 2: 1, 0: 0}[passes[-1][1]]
        shown.page.wait_for_function(
            "(given) => document.querySelectorAll('.unit.active').length === given", arg=active
        )
    assert passes == [("forward", 1), ("forward", 2), ("cost", 0), ("backward", 2), ("backward", 1), ("update", 0)]
    assert shown.state["iteration"] == 1
    in_parts = shown.session.net.W[1].copy()
    shown.press("reset", 0)
    shown.press("step", 1)
    assert (shown.session.net.W[1] == in_parts).all()


def test_keys_do_what_the_buttons_do(shown):
    page = shown.page
    page.focus("#network")
    page.keyboard.press("s")
    shown.until("(store) => store.state.iteration === 1")
    page.keyboard.press("p")
    shown.until("(store) => store.state.part !== null")
    page.keyboard.press("r")
    shown.until("(store) => store.state.iteration === 0")
    page.keyboard.press(" ")
    shown.until("(store) => store.state.playing")
    page.keyboard.press(" ")
    shown.until("(store) => !store.state.playing")


def test_the_speed_is_kept(shown):
    shown.page.select_option("#speed", "3")
    shown.until("(store) => store.state.speed === 3")
    assert not shown.state["playing"]


def test_a_click_before_the_run_is_shown_is_not_lost(browsing):
    shown = browsing()
    shown.page.goto(f"http://127.0.0.1:{shown.client.port}/", wait_until="commit")
    shown.page.click("#play")
    shown.until("(store) => store.state.playing && store.state.iteration > 0")
