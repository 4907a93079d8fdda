"""One module for each kind of report: plain facts in, a `Report` out."""
