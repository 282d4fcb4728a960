output "environment" {
  value = var.environment
}

# Continuous integration pushes to it.
output "repository_url" {
  description = "Where the image is pushed to."
  value       = aws_ecr_repository.app.repository_url
}

output "arn" {
  description = "ARN of the repository."
  value       = aws_ecr_repository.app.arn
}

output "summary" {
  value = {
    name = aws_ecr_repository.app.name
    tags = ["latest", "${var.environment}-stable"]
  }
}
