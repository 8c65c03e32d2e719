"""Trials run by Inspect: dataset, agent scaffold, grader as scorer, records of samples."""
