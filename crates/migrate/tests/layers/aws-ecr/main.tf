# The registry that Packer pushes the WordPress image to.

locals {
  tags = {
    environment = var.environment
    project     = var.project
  }
}

resource "aws_ecr_repository" "wordpress" {
  name                 = var.repository_name
  image_tag_mutability = "MUTABLE" # deployments pull :latest

  image_scanning_configuration {
    scan_on_push = true
  }

  tags = merge(local.tags, { name = "wordpress-ecr" })
}

# Old images cost money and nobody goes back that far.
resource "aws_ecr_lifecycle_policy" "wordpress" {
  count = var.expire_images ? 1 : 0

  repository = aws_ecr_repository.wordpress.name

  policy = jsonencode({
    rules = [
      {
        rulePriority = 1
        description  = "Keep the last ${var.kept_images} images"
        selection = {
          tagStatus   = "any"
          countType   = "imageCountMoreThan"
          countNumber = var.kept_images
        }
        action = {
          type = "expire"
        }
      }
    ]
  })
}
