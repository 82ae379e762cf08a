"""The two web applications: the webhook listener, exposed, and the status listener, not."""
