"""Importing: files of public statistics in, observations and vital statistics stored whole or not at all."""
