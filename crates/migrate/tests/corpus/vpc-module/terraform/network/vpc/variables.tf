variable "create_vpc" {
  type    = bool
  default = true
}
variable "enabled" {
  type    = bool
  default = true
}
variable "name" {
  type    = string
  default = ""
}
variable "cidr" {
  type    = string
  default = "10.0.0.0/16"
}
variable "azs" {
  type    = list(string)
  default = []
}
variable "public_subnets" {
  type    = list(string)
  default = []
}
variable "private_subnets" {
  type    = list(string)
  default = []
}
variable "database_subnets" {
  type    = list(string)
  default = []
}
variable "public_subnet_ipv6_prefixes" {
  type    = list(string)
  default = []
}
variable "use_ipam_pool" { default = false }
variable "instance_tenancy" { default = "default" }
variable "enable_dns_hostnames" { default = true }
variable "enable_dns_support" { default = true }
variable "one_nat_gateway_per_az" { default = false }
variable "map_public_ip_on_launch" { default = false }
variable "public_subnet_names" {
  type    = list(string)
  default = []
}
variable "public_subnet_suffix" { default = "public" }
variable "public_subnet_tags_per_az" {
  type    = map(map(string))
  default = {}
}
variable "public_subnet_tags" {
  type    = map(string)
  default = {}
}
variable "vpc_tags" { default = {} }
variable "flow_tags" { default = {} }
variable "tags" {
  type    = map(string)
  default = {}
}
variable "manage_default_security_group" { default = true }
variable "default_security_group_name" {
  type    = string
  default = null
}
variable "default_security_group_ingress" {
  type    = list(map(string))
  default = []
}
variable "enable_flow_log" { default = false }
variable "retention" {
  type    = number
  default = null
}
