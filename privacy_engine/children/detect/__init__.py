"""Reads free text for children who write, and for facts too sensitive to keep."""

from privacy_engine.children.detect.detector import Detection, Evidence, detect

__all__ = ["Detection", "Evidence", "detect"]
