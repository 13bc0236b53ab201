"""Pictures of answers: shapes, text, labels, sheets."""
