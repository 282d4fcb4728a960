//! Networks.

use super::check;

#[test]
fn subnets() {
    check(r#"cidrsubnet("172.16.0.0/12", 4, 2)"#, r#""172.18.0.0/16""#);
    check(r#"cidrsubnet("10.1.2.0/24", 4, 15)"#, r#""10.1.2.240/28""#);
    check(r#"cidrsubnet("10.0.1.5/16", 8, 1)"#, r#""10.0.1.0/24""#);
    check(r#"cidrsubnet("fd00:fd12:3456:7890::/56", 16, 162)"#, r#""fd00:fd12:3456:7800:a200::/72""#);
    check(r#"cidrsubnet("10.0.0.0/8", 25, 0)"#, "invalid-argument: a prefix of 8 bits cannot be longer by 25");
    check(r#"cidrsubnet("10.0.0.0/16", 8, 256)"#, "invalid-argument: 8 bits have no number that large, or negative");
    check(r#"cidrsubnet("10.0.0.0", 8, 1)"#, "invalid-argument: this is no network, as `10.0.0.0/16`");
    check(
        r#"cidrsubnets("10.1.0.0/16", 4, 4, 8, 4)"#,
        r#"["10.1.0.0/20","10.1.16.0/20","10.1.32.0/24","10.1.48.0/20"]"#,
    );
    check(
        r#"cidrsubnets("fd00:fd12:3456:7890::/56", 16, 16, 16, 32)"#,
        r#"["fd00:fd12:3456:7800::/72","fd00:fd12:3456:7800:100::/72","fd00:fd12:3456:7800:200::/72","fd00:fd12:3456:7800:300::/88"]"#,
    );
    check(r#"cidrsubnets("10.0.0.0/30", 1, 1, 1)"#, "invalid-argument: no room is left for a prefix of 31 bits");
    check(r#"cidrsubnets("10.0.0.0/8", 0)"#, "invalid-argument: every subnet's prefix is longer by one bit at least");
    check(r#"cidrsubnets("255.255.255.0/24", 1, 1)"#, r#"["255.255.255.0/25","255.255.255.128/25"]"#);
    check(r#"cidrsubnets("10.0.0.0/16", [8, 8]...)"#, r#"["10.0.0.0/24","10.0.1.0/24"]"#);
}

#[test]
fn hosts_and_masks() {
    check(r#"cidrhost("10.12.112.0/20", 16)"#, r#""10.12.112.16""#);
    check(r#"cidrhost("10.12.112.0/20", 268)"#, r#""10.12.113.12""#);
    check(r#"cidrhost("10.12.112.0/20", -1)"#, r#""10.12.127.255""#);
    check(r#"cidrhost("fd00:fd12:3456:7890:00a2::/72", 34)"#, r#""fd00:fd12:3456:7890::22""#);
    check(r#"cidrhost("10.0.0.0/30", 4)"#, "invalid-argument: a prefix of 30 bits has no host numbered 4");
    check(r#"cidrhost("10.0.0.0/30", -5)"#, "invalid-argument: a prefix of 30 bits has no host numbered -5");
    check(r#"cidrnetmask("172.16.0.0/12")"#, r#""255.240.0.0""#);
    check(r#"cidrnetmask("0.0.0.0/0")"#, r#""0.0.0.0""#);
    check(r#"cidrnetmask("fd00::/8")"#, "invalid-argument: only IPv4 networks have a mask");
}
