"""Files in a folder or an S3-compatible bucket, found by their names or by what is inside."""

from privacy_engine.connectors.files.connector import FilesConnector

__all__ = ["FilesConnector"]
