# One zone is enough for development.
availability_zones = ["us-east-1a"]
