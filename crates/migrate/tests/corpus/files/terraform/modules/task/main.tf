variable "name" {
  type = string
}

variable "image" {
  type = string
}

resource "aws_ecs_task_definition" "this" {
  family = var.name

  container_definitions = templatefile("${path.module}/templates/containers.json.tftpl", {
    name  = var.name
    image = var.image
    ports = [80, 443]
  })
}
