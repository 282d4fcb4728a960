output "db_address" {
  value = aws_db_instance.wordpress.address
}

output "db_port" {
  value = aws_db_instance.wordpress.port
}

output "db_name" {
  value = aws_db_instance.wordpress.db_name
}

output "db_username" {
  value = aws_db_instance.wordpress.username
}

output "db_password" {
  value     = aws_db_instance.wordpress.password
  sensitive = true
}

output "db_password_parameter" {
  description = "Where the nightly dump finds the password."
  value       = aws_ssm_parameter.db_password.name
}
