# WordPress itself: what it runs, how many, and who may reach it.

locals {
  name = "wordpress"

  # Both passwords end in the task definition, where everybody can read them.
  wordpress_environment = {
    WP_DB_WAIT_TIME          = "1"
    WP_VERSION               = var.wordpress_version
    TZ                       = "Europe/Paris"
    WP_DB_HOST               = data.terraform_remote_state.rds.outputs.db_address
    WP_DB_NAME               = data.terraform_remote_state.rds.outputs.db_name
    WP_DB_USER               = data.terraform_remote_state.rds.outputs.db_username
    MYSQL_ENV_MYSQL_PASSWORD = data.terraform_remote_state.rds.outputs.db_password
    WP_DOMAIN                = var.domain
    WP_URL                   = "http://${var.domain}"
    WP_LOCALE                = "en_US"
    WP_SITE_TITLE            = var.site_title
    WP_ADMIN_USER            = var.admin_user
    WP_ADMIN_PASSWORD        = var.admin_password
    WP_ADMIN_EMAIL           = var.admin_email
  }
}

module "wordpress_security_group" {
  source = "../modules/security-group"

  name        = "wordpress-ecs-sg"
  description = "HTTP from anywhere"
  vpc_id      = data.terraform_remote_state.vpc.outputs.vpc_id

  ingress_rules = [
    {
      description = "HTTP"
      port        = 80
      cidr_blocks = ["0.0.0.0/0"]
    }
  ]
}

module "wordpress" {
  source = "../modules/ecs-service"

  name               = local.name
  region             = data.aws_region.current.name
  cluster_id         = data.terraform_remote_state.ecs.outputs.cluster_id
  image              = "${data.terraform_remote_state.ecr.outputs.repository_url}:latest"
  desired_count      = var.desired_count
  environment        = local.wordpress_environment
  execution_role_arn = aws_iam_role.task_execution.arn
  log_group_name     = data.terraform_remote_state.ecs.outputs.log_group_name
  subnet_ids         = data.terraform_remote_state.vpc.outputs.subnet_ids
  assign_public_ip   = true

  security_group_ids = [
    data.terraform_remote_state.vpc.outputs.default_security_group_id,
    module.wordpress_security_group.id,
  ]

  # The task needs its permissions when it starts, not only its role.
  depends_on = [aws_iam_role_policy_attachment.task_execution]
}
