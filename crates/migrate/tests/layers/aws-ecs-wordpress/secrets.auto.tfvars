admin_password = "canary-admin-password-c93e"
