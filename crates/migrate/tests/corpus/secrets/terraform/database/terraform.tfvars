db_password = "canary-db-password-91c2"
