"""A study: what is tried, what is left, what its trials come to; processes that end before their time."""

from contextlib import contextmanager

import numpy as np
import pytest

from glassnet import TabularClassifier, TabularRegressor
from glassnet.errors import DataError, FileError, SettingError, WrongTypeError
from glassnet.search import study
from glassnet.search.space import PARAMETERS, OneOf, settings_of
from glassnet.search.trials import Study, Trial, table

pytestmark = pytest.mark.needs("optuna")
PRESET = {"hidden": 4, "epochs": 6, "random_state": 0}


@pytest.fixture(scope="module")
def rows():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(120, 3))
    return X, np.where(X[:, 0] + 0.3 * rng.normal(size=120) > 0, "yes", "no")


class Lowest:
    """A trial that takes the first of each list, and the lowest number; it notes what it was asked for."""

    def __init__(self):
        self.asked = []

    def suggest_categorical(self, name, choices):
        self.asked.append(name)
        return choices[0]

    def suggest_float(self, name, low, high, *, log=False):
        self.asked.append(name)
        return low


def test_the_first_trial_is_the_model_as_it_is_and_the_best_is_trained_again_to_the_bit(rows):
    found = study(TabularClassifier(**PRESET), *rows, trials=4)
    alone = TabularClassifier(**PRESET, validation=0.2).fit(*rows)
    assert found.trials[0].settings == {}
    assert found.trials[0].score == alone.left_out_["cost"]
    assert [each.number for each in found.trials] == [0, 1, 2, 3]
    assert found.model.left_out_["cost"] == found.best.score == min(each.score for each in found.trials)
    again = TabularClassifier(**{**PRESET, "validation": 0.2, **found.best.settings}).fit(*rows)
    np.testing.assert_array_equal(again.predict_proba(rows[0]), found.model.predict_proba(rows[0]))


def test_a_score_is_the_squared_error_of_the_probabilities_of_rows_left_out(rows):
    X, y = rows
    found = study(TabularClassifier(**PRESET), X[:90], y[:90], X_val=X[90:], y_val=y[90:], trials=2)
    P = found.model.predict_proba(X[90:])
    assert found.best.score == pytest.approx(np.mean((P[:, 1] - (y[90:] == "yes")) ** 2), rel=1e-5)


def test_what_is_given_is_not_tried():
    trial = Lowest()
    assert (
        settings_of(trial, {"hidden", "learning_rate", "l2"}).keys() & {"hidden", "learning_rate", "optimizer"} == set()
    )
    assert trial.asked == ["networks", "epochs", "activation", "batch_size", "dropout"]
    whole = Lowest()
    settings = settings_of(whole, ())
    assert settings["hidden"] == [16]
    assert settings["optimizer"] == "adamw(beta_2=0.95, weight_decay=0.001)"
    assert set(whole.asked) == {"network", *PARAMETERS}
    recipe = Lowest()
    assert "preset" not in settings_of(recipe, {"preset"})
    assert "layers" not in recipe.asked


@pytest.mark.parametrize("name", [name for name, each in PARAMETERS.items() if "hidden" not in each.settings])
def test_each_end_of_a_parameter_can_be_trained(rows, name):
    values = PARAMETERS[name].values
    ends = (values.values[0], values.values[-1]) if isinstance(values, OneOf) else values[:2]

    class At(Lowest):
        def __init__(self, end):
            self.end = end

        def suggest_categorical(self, asked, choices):
            return self.end if asked == name else choices[0]

        def suggest_float(self, asked, low, high, *, log=False):
            return self.end if asked == name else low

    for end in ends:
        settings = settings_of(At(end), {"hidden"}) | {"hidden": 4, "epochs": 2}
        assert TabularClassifier(**settings, random_state=0, validation=0.2).fit(*rows).left_out_["cost"] >= 0


def test_numbers_are_estimated_too(rows):
    X = rows[0]
    found = study(TabularRegressor(**PRESET), X, X[:, 0] ** 2, trials=2)
    assert found.best.scores["RMSE"] > 0


def test_a_trial_that_lags_behind_ends_early(rows):
    X, y = rows
    bad = {"learning_rate": 1e-5}
    from glassnet.search import studies

    def fit(settings, callbacks):
        chosen = bad if len(told) >= 6 else {}
        return TabularClassifier(**{**PRESET, "epochs": 40, "validation": 0.2, **chosen}).fit(X, y, callbacks=callbacks)

    told = []
    found = studies.Search(fit, {**PRESET}, "lagging", seed=0, trials=8, tell=told.append).run()
    assert [each.state for each in found.trials] == ["finished"] * 6 + ["pruned"] * 2
    assert "2 pruned" in str(found)


def test_a_training_that_diverges_is_a_trial_without_a_score(rows):
    model = TabularClassifier(hidden=4, optimizer="gradient_descent", learning_rate=1e12, epochs=20, random_state=0)
    with pytest.raises(DataError, match="none of 2 trials has finished"):
        study(model, *rows, trials=2)


def test_a_study_goes_on_where_it_was_left_and_others_in_the_file_do_not_matter(rows, tmp_path):
    storage = tmp_path / "study.journal"
    first = study(TabularClassifier(**PRESET), *rows, trials=2, storage=storage)
    trained = []
    study(TabularClassifier(**{**PRESET, "hidden": 5}), *rows, trials=1, storage=storage)
    more = study(TabularClassifier(**PRESET), *rows, trials=4, storage=storage, tell=trained.append)
    assert more.trials[:2] == first.trials
    assert [each.number for each in trained] == [2, 3]
    whole = study(TabularClassifier(**PRESET), *rows, trials=4)
    assert [each.score for each in more.trials] == [each.score for each in whole.trials]


def test_the_trial_of_a_process_that_is_gone_is_done_again_in_its_place(rows, tmp_path, monkeypatch):
    import optuna

    from glassnet.search import alive
    from glassnet.search.sampling import ByNumber
    from glassnet.search.storage import opened

    storage = tmp_path / "study.journal"
    study(TabularClassifier(**PRESET), *rows, trials=2, storage=storage)
    [name] = optuna.get_all_study_names(opened(storage))
    dead = optuna.load_study(study_name=name, storage=opened(storage), sampler=ByNumber(0)).ask()
    assert dead.number == 2
    monkeypatch.setattr(alive, "SILENCE", 0.5)
    found = study(TabularClassifier(**PRESET), *rows, trials=4, storage=storage)
    whole = study(TabularClassifier(**PRESET), *rows, trials=4)
    assert [(each.number, each.settings, each.score) for each in found.trials] == [
        (each.number, each.settings, each.score) for each in whole.trials
    ]


@pytest.mark.parametrize("early", [True, False])
def test_a_trial_that_was_taken_over_while_this_process_was_silent_is_let_go_of(rows, tmp_path, monkeypatch, early):
    import optuna

    from glassnet.search import alive, studies
    from glassnet.search.sampling import AGAIN, ByNumber
    from glassnet.search.storage import opened

    storage, taken, told = tmp_path / "study.journal", [], []
    monkeypatch.setattr(alive, "EVERY", 0.01)  # the thread that says so finds out too

    @contextmanager
    def slow(trial):
        """Train a trial, of which another process thinks that nobody trains it."""
        with alive.signs_of_life(trial):
            if early:
                take(trial)
            yield
            if not early:
                take(trial)

    def take(trial):
        if trial.number == 1 and not taken:
            taken.append(trial.number)
            [name] = optuna.get_all_study_names(opened(storage))
            other = optuna.load_study(study_name=name, storage=opened(storage), sampler=ByNumber(0))
            other.tell(1, state=optuna.trial.TrialState.FAIL)
            other.enqueue_trial(trial.params, user_attrs={AGAIN: 1})

    monkeypatch.setattr(studies, "signs_of_life", slow)
    found = study(TabularClassifier(**PRESET), *rows, trials=3, storage=storage, tell=told.append)
    monkeypatch.undo()
    assert taken == [1]
    assert sorted(each.number for each in told) == [0, 1, 2]  # once each
    whole = study(TabularClassifier(**PRESET), *rows, trials=3)
    assert [(each.settings, each.score) for each in found.trials] == [
        (each.settings, each.score) for each in whole.trials
    ]


def test_time_that_is_over_ends_a_study(rows):
    with pytest.raises(DataError, match="give it more time"):
        study(TabularClassifier(**PRESET), *rows, trials=2, time_limit=1e-9)


def test_a_table_has_80_columns():
    settings = {"hidden": [256, 256, 256], "n_networks": 4, "activation": "relu", "learning_rate": 0.00123,
                "batch_size": 256, "dropout": 0.123, "epochs": 60}  # fmt: skip
    trials = [Trial(k, "finished", settings, 123.456, {}, {"weight_decay": 0.0123}, 5, 1234.5) for k in range(120)]
    lines = table(trials).splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[-1] == "105 more finished"
    assert Study(trials).best.number == 0


def test_what_cannot_be_searched(rows, tmp_path):
    with pytest.raises(WrongTypeError, match=r"expected TabularClassifier\(\.\.\.\)"):
        study(object(), *rows)
    with pytest.raises(SettingError, match="at least 1; got 0"):
        study(TabularClassifier(**PRESET), *rows, trials=0)
    with pytest.raises(SettingError, match="needs a whole number"):
        study(TabularClassifier(random_state=np.random.RandomState(0)), *rows)
    with pytest.raises(FileError, match="No such file"):
        study(TabularClassifier(**PRESET), *rows, trials=1, storage=tmp_path / "none" / "a.journal")
    (tmp_path / "other.txt").write_text("no journal\n", "utf-8")
    with pytest.raises(FileError, match="expected a journal of trials"):
        study(TabularClassifier(**PRESET), *rows, trials=1, storage=tmp_path / "other.txt")
    with pytest.raises(SettingError, match="nosuch"):
        study(TabularClassifier(**PRESET), *rows, trials=1, storage="nosuch://user:secret@host/name")


@pytest.mark.needs("psycopg")
def test_a_database_that_does_not_answer_is_named_without_its_password(rows):
    with pytest.raises(FileError) as caught:
        study(TabularClassifier(**PRESET), *rows, trials=1, storage="postgresql://user:secret@127.0.0.1:9/name")
    assert "127.0.0.1" in str(caught.value)
    assert "secret" not in str(caught.value)
