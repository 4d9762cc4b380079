"""Management: where Django looks for the commands of the project."""
