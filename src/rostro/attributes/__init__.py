"""What a face looks like: age, gender, mask, pose, eyes; each with what is known of its error."""
