//! Numbers: literals, operators, functions.

use super::check;

#[test]
fn literals_print_as_terraform_prints_them() {
    check("1.0", "1");
    check("1.50", "1.5");
    check("1e3", "1000");
    check("\"${1.0}x${1e21}x${0.1}x${true}\"", "\"1x1000000000000000000000x0.1xtrue\"");
    check("9223372036854775807", "9223372036854775807");
    check("\"n ${99999999999999999999}\"", "\"n 100000000000000000000\"");
    check("9223372036854775808", "number-overflow: this number does not fit 64 bits");
}

#[test]
fn whole_numbers_stay_whole_where_exact() {
    check("10 / 4", "2.5");
    check("10 / 5", "2");
    check("0 / 5", "0");
    check("1.5 + 1.5", "3");
    check("2 * 3 + 4", "10");
    check("2 * (3 + 4)", "14");
    check("-5 % 3", "-2");
    check("5.5 % 2", "1.5");
    check("-var.count", "-3");
    check("-\"5\"", "-5");
}

#[test]
fn text_counts_as_a_number() {
    check("\"5\" + 1", "6");
    check("\"1e3\" * 1", "1000");
    check("\"a\" + 1", "invalid-operation: this text is no number");
    check("true + 1", "invalid-operation: a number is needed, and this is a boolean");
    check("null + 1", "invalid-operation: a number is needed, and this is null");
    check("[1] + 1", "invalid-operation: a number is needed, and this is a list");
}

#[test]
fn what_does_not_fit_is_an_error() {
    check("9223372036854775807 + 1", "number-overflow: the result does not fit a 64-bit number");
    check("-9223372036854775807 - 2", "number-overflow: the result does not fit a 64-bit number");
    check("9223372036854775807 * 2", "number-overflow: the result does not fit a 64-bit number");
    check("-9223372036854775808 / -1", "number-overflow: the result does not fit a 64-bit number");
    check("-9223372036854775808 % -1", "0");
    check("1e300 * 1e300", "number-overflow: the result does not fit a 64-bit number");
    check("1 / 0", "division-by-zero: `/` by zero");
    check("5 % 0", "division-by-zero: `%` by zero");
    check("5 / 0.0", "division-by-zero: `/` by zero");
    check("tonumber(\"99999999999999999999\")", "invalid-argument: the result does not fit a 64-bit number");
    check("pow(10, 400)", "invalid-argument: the result does not fit a 64-bit number");
    check("log(0, 10)", "invalid-argument: the result does not fit a 64-bit number");
}

#[test]
fn comparison() {
    check("1 < \"2\"", "true");
    check("2 >= 2.0", "true");
    check("3 <= 2", "false");
    check("3 > 2", "true");
    check("\"a\" < \"b\"", "invalid-operation: this text is no number");
}

#[test]
fn functions() {
    check("abs(-12.4)", "12.4");
    check("abs(-3)", "3");
    check("ceil(5.1)", "6");
    check("ceil(5)", "5");
    check("floor(-5.1)", "-6");
    check("floor(\"4.9\")", "4");
    check("log(50, 10)", "1.6989700043360185");
    check("log(16, 2)", "4");
    check("max(12, 54, 3)", "54");
    check("max([1, 5, 3]...)", "5");
    check("min(12, 54.5, 3)", "3");
    check("min(\"4\", 5)", "4");
    check("parseint(\"FF\", 16)", "255");
    check("parseint(\"-101\", 2)", "-5");
    check("parseint(\"12\", 2)", "invalid-argument: this text is no whole number in base 2");
    check("parseint(\"1\", 64)", "invalid-argument: the base is a number from 2 to 36");
    check("pow(3, 2)", "9");
    check("pow(4, 0.5)", "2");
    check("pow(2, -1)", "0.5");
    check("pow(4, 0)", "1");
    check("signum(-13)", "-1");
    check("signum(0)", "0");
    check("signum(344)", "1");
    check("sum([10, 13, 6, 4.5])", "33.5");
    check("sum([1, \"2\"])", "3");
    check("sum([])", "invalid-argument: an empty list has no sum");
    check("max()", "wrong-argument-count: `max` takes at least 1 argument, not 0");
    check("max([]...)", "wrong-argument-count: `max` cannot take 0 arguments");
    check("max(1...)", "invalid-argument: `...` spreads a list, and this is a number");
}
