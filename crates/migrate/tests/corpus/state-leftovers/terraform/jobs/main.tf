provider "aws" {
  region = "us-east-1"
}
resource "random_password" "db" {
  length = 20
}
resource "aws_secretsmanager_secret" "db" {
  name = "acme-jobs"
}
resource "aws_secretsmanager_secret_version" "db" {
  secret_id     = aws_secretsmanager_secret.db.id
  secret_string = random_password.db.result
}
