//! Elastic Compute Cloud: virtual private clouds, their subnets and security groups.

pub mod data;
pub mod default_security_group;
pub mod default_subnet;
pub mod default_vpc;
mod permission;
pub mod security_group;
mod security_group_reading;
mod security_group_users;
pub mod subnet;
mod subnet_settings;
pub mod vpc;
pub mod vpc_security_group_rule;
mod vpc_settings;
mod wire;
