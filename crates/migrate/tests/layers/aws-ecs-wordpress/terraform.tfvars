desired_count = 1
site_title    = "WordPress on ECS"
admin_email   = "admin@example.com"
