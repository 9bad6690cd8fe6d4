"""From files to files: what the shell does, as functions that return plain results and print nothing."""

from glassnet.scoring import CrossValidation, Model, Scores, score
from glassnet.workflows.evaluation import Evaluation, cross_validate_file, evaluate_file
from glassnet.workflows.explaining import Explanation, explain_file
from glassnet.workflows.exporting import export_file
from glassnet.workflows.looking import Look, look_at_file
from glassnet.workflows.models import open_model, test_part, with_targets
from glassnet.workflows.outcome import Training
from glassnet.workflows.prediction import Predictions, predict_file
from glassnet.workflows.searching import Search, search_file
from glassnet.workflows.streamed_training import SampledDataset
from glassnet.workflows.tracing import SampleTrace, trace_row, write_page
from glassnet.workflows.training import train_file

__all__ = [
    "CrossValidation",
    "Evaluation",
    "Explanation",
    "Look",
    "Model",
    "Predictions",
    "SampleTrace",
    "SampledDataset",
    "Scores",
    "Search",
    "Training",
    "cross_validate_file",
    "evaluate_file",
    "explain_file",
    "export_file",
    "look_at_file",
    "open_model",
    "predict_file",
    "score",
    "search_file",
    "test_part",
    "trace_row",
    "train_file",
    "with_targets",
    "write_page",
]
