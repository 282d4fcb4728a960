provider "aws" {
  region = "us-east-1"
}
resource "random_password" "db" {
  length = 20
}
resource "aws_s3_bucket" "tainted" {
  bucket = "acme-tainted"
}
resource "aws_s3_bucket" "deposed" {
  bucket = "acme-deposed"
}
resource "aws_s3_bucket" "never" {
  bucket = "acme-never-${aws_s3_bucket.tainted.id}"
}
resource "aws_s3_bucket_versioning" "never" {
  count  = 2
  bucket = aws_s3_bucket.never.id
  versioning_configuration {
    status = "Enabled"
  }
}
resource "aws_s3_bucket" "partly" {
  for_each = toset(["a", "b"])
  bucket   = "acme-partly-${each.key}"
}
resource "aws_secretsmanager_secret" "db" {
  name = "acme-site"
}
resource "aws_secretsmanager_secret_version" "db" {
  secret_id     = aws_secretsmanager_secret.db.id
  secret_string = random_password.db.result
}
output "never" { value = aws_s3_bucket.never.arn }
