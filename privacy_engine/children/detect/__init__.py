"""Reads free text for children who write, and for facts too sensitive to keep."""

from privacy_engine.children.detect.detector import Detection, Evidence, detect
from privacy_engine.children.detect.sensitive import Sensitive, detect_sensitive

__all__ = ["Detection", "Evidence", "Sensitive", "detect", "detect_sensitive"]
