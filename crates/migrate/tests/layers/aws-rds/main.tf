# MariaDB, reachable from the default security group only.

locals {
  tags = {
    environment = var.environment
    project     = var.project
    name        = "wordpress-rds"
  }
}

module "database_security_group" {
  source = "../modules/security-group"

  name        = "${var.environment}-wordpress-rds"
  description = "MySQL from the default security group only"
  vpc_id      = data.terraform_remote_state.vpc.outputs.vpc_id

  ingress_rules = [
    {
      description     = "MySQL"
      port            = 3306
      security_groups = [data.terraform_remote_state.vpc.outputs.default_security_group_id]
    }
  ]

  tags = local.tags
}

resource "aws_db_instance" "wordpress" {
  identifier     = "${var.environment}-wordpress"
  engine         = "mariadb"
  engine_version = "10.5"
  instance_class = var.instance_class

  allocated_storage = 20 # AWS took 5 once
  storage_type      = "gp2"

  db_name  = var.db_name
  username = var.db_username
  password = var.db_password

  availability_zone      = data.terraform_remote_state.vpc.outputs.availability_zone
  vpc_security_group_ids = [module.database_security_group.id]

  skip_final_snapshot = true
  apply_immediately   = true

  tags = local.tags

  timeouts {
    create = "60m"
  }
}

# The nightly dump reads the password from here.
resource "aws_ssm_parameter" "db_password" {
  name  = "/${var.environment}/wordpress/db-password"
  type  = "SecureString"
  value = var.db_password

  tags = local.tags
}
