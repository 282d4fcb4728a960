//! Ten layers of networks with what runs in them.
//!
//! In: a size. Out: the layers. Twenty resources make a cell: a network, four subnets and four
//! log groups by `for_each`, four log groups written out, a chain of four security groups, a role,
//! a policy that names eight groups, and a task. Every network names the one before, and every
//! task one log group that all share.

use std::fmt::Write as _;

const LAYERS: usize = 10;
const CELL: usize = 20;

/// The layers.
pub fn layers(size: usize) -> Vec<(String, String)> {
    let cells = (size / CELL).max(1);
    let each = cells.div_ceil(LAYERS);
    let layer = |number: usize| {
        let own = (number * each)..((number + 1) * each).min(cells);
        let mut text = head(number);
        if number == 0 {
            text.push_str("[resource.aws_cloudwatch_log_group.audit]\nname = \"/audit\"\n\n");
        }
        let count = own.len();
        own.for_each(|cell| text.push_str(&block(number, cell)));
        let _ = write!(text, "[outputs.cells_{number}]\nvalue = \"{count} cells of ${{local.name_{number}}}\"\n");
        (format!("{:02}-layer.toml", number + 1), text)
    };
    (0..LAYERS).map(layer).collect()
}

fn head(layer: usize) -> String {
    format!(
        r#"[locals]
name_{layer} = "${{var.project}}-{layer}"
zones_{layer} = ["a", "b", "c", "d"]
days_{layer} = {{ short = 7, long = 90 }}

[tags]
layer = "${{local.name_{layer}}}"

"#
    )
}

/// One cell.
fn block(layer: usize, cell: usize) -> String {
    let mut text = network(layer, cell);
    for link in 0..4 {
        text.push_str(&firewall(layer, cell, link));
    }
    for service in 0..4 {
        text.push_str(&log_group(layer, cell, service));
    }
    text.push_str(&task(layer, cell));
    text
}

fn network(layer: usize, cell: usize) -> String {
    let before = match cell {
        0 => "none".to_owned(),
        _ => format!("${{aws_vpc.net_{}.id}}", cell - 1),
    };
    format!(
        r#"# The network of cell {cell}.
[resource.aws_vpc.net_{cell}]
cidr_block = "10.{second}.0.0/16"
enable_dns_hostnames = true
tags = {{ Name = "${{local.name_{layer}}}-{cell}", after = "{before}" }}

[resource.aws_subnet.net_{cell}]
for_each = "${{local.zones_{layer}}}"
vpc_id = "${{aws_vpc.net_{cell}.id}}"
cidr_block = "${{cidrsubnet(aws_vpc.net_{cell}.cidr_block, 8, index(local.zones_{layer}, each.key))}}"
availability_zone = "us-east-1${{each.key}}"
tags = {{ Name = "${{local.name_{layer}}}-{cell}-${{upper(each.key)}}" }}

[resource.aws_cloudwatch_log_group.by_zone_{cell}]
for_each = {{ a = 7, b = 14, c = 30, d = "${{local.days_{layer}.long}}" }}
name = "/${{stack.name}}/${{local.name_{layer}}}/{cell}/${{each.key}}"
retention_in_days = "${{each.value}}"

"#,
        second = cell % 256,
    )
}

fn firewall(layer: usize, cell: usize, link: usize) -> String {
    let source = match link {
        0 => "cidr_blocks = [\"0.0.0.0/0\"]".to_owned(),
        _ => format!("security_groups = [\"${{aws_security_group.fire_{cell}_{}.id}}\"]", link - 1),
    };
    format!(
        r#"[resource.aws_security_group.fire_{cell}_{link}]
name = "${{local.name_{layer}}}-{cell}-{link}"
description = "Link {link} of cell {cell}"
vpc_id = "${{aws_vpc.net_{cell}.id}}"
egress = [{{ protocol = "-1", cidr_blocks = ["0.0.0.0/0"] }}]

[[resource.aws_security_group.fire_{cell}_{link}.ingress]]
protocol = "tcp"
from_port = {port}
to_port = {port}
{source}

"#,
        port = 8000 + link,
    )
}

fn log_group(layer: usize, cell: usize, service: usize) -> String {
    format!(
        r#"[resource.aws_cloudwatch_log_group.service_{cell}_{service}]
name = "/${{stack.name}}/${{local.name_{layer}}}/{cell}/service-{service}"
retention_in_days = "${{local.days_{layer}.short}}"
tags = {{ service = "service-{service}", owner = "team-{owner}" }}

"#,
        owner = cell % 7,
    )
}

fn task(layer: usize, cell: usize) -> String {
    format!(
        r#"[resource.aws_iam_role.task_{cell}]
name = "${{local.name_{layer}}}-{cell}"

[resource.aws_iam_role.task_{cell}.assume_role_policy]
Version = "2012-10-17"
Statement = [
  {{ Effect = "Allow", Action = "sts:AssumeRole", Principal = {{ Service = "ecs-tasks.amazonaws.com" }} }},
]

[resource.aws_iam_role_policy.task_{cell}]
name = "logs"
role = "${{aws_iam_role.task_{cell}.name}}"

[resource.aws_iam_role_policy.task_{cell}.policy]
Version = "2012-10-17"

[[resource.aws_iam_role_policy.task_{cell}.policy.Statement]]
Sid = "ByZone"
Effect = "Allow"
Action = ["logs:CreateLogStream", "logs:PutLogEvents"]
Resource = "${{[for group in aws_cloudwatch_log_group.by_zone_{cell} : \"${{group.arn}}:*\"]}}"

[[resource.aws_iam_role_policy.task_{cell}.policy.Statement]]
Sid = "ByService"
Effect = "Allow"
Action = "logs:*"
Resource = [
  "${{aws_cloudwatch_log_group.service_{cell}_0.arn}}",
  "${{aws_cloudwatch_log_group.service_{cell}_1.arn}}",
  "${{aws_cloudwatch_log_group.service_{cell}_2.arn}}",
  "${{aws_cloudwatch_log_group.service_{cell}_3.arn}}",
]

[resource.aws_ecs_task_definition.task_{cell}]
family = "${{local.name_{layer}}}-{cell}"
cpu = 256
memory = 512
network_mode = "awsvpc"
requires_compatibilities = ["FARGATE"]
execution_role_arn = "${{aws_iam_role.task_{cell}.arn}}"

[[resource.aws_ecs_task_definition.task_{cell}.container_definitions]]
name = "app"
image = "example.com/app:1.{cell}"
essential = true
environment = [
  {{ name = "CELL", value = "{cell}" }},
  {{ name = "SUBNETS", value = "${{join(\",\", [for it in aws_subnet.net_{cell} : it.id])}}" }},
]
logConfiguration = {{ logDriver = "awslogs", options = {{ awslogs-group = "${{aws_cloudwatch_log_group.audit.name}}" }} }}

"#
    )
}
