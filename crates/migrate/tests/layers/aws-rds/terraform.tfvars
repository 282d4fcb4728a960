db_password = "canary-db-password-7d1f"
