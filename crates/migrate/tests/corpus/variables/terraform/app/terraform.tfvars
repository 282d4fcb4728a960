environment = "staging"
retention   = 30
api_key     = "correct-horse-battery"
