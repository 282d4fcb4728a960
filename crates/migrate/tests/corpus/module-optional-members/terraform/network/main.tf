module "subnets" {
  source = "../modules/subnets"

  cidr = "10.0.0.0/16"
  subnets = {
    # For the load balancer.
    a = { cidr = "10.0.1.0/24", public = true }
    b = { cidr = "10.0.2.0/24", tags = { Tier = "data" } }
  }
}
