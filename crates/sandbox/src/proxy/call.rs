//! Reads from an HTTP request which AWS operation it asks for, and makes answers that an SDK
//! reads as that operation's error.
//!
//! In: a request. Out: a [`Call`]. Knows the wire protocols only as far as naming and refusing
//! need: <https://smithy.io/2.0/aws/protocols/index.html>.

use hyper::body::Bytes;
use hyper::http::request::Parts;

use super::Verdict;

/// A call to AWS as the proxy saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Its place in the order of arrival, from 0.
    pub number: usize,
    /// The service's signing name, such as `ecs`, `logs` or `tagging`; empty where the request is
    /// not signed.
    pub service: String,
    /// The access key that signed it, which tells clients apart; empty where the request is not
    /// signed.
    pub caller: String,
    /// The operation, such as `DescribeServices`. A REST service such as S3 does not name it on
    /// the wire: there it is the method, the shape of the path and the sub-resource, such as
    /// `PUT /{bucket}?versioning` or `HEAD /{bucket}/{key}`.
    pub operation: String,
    /// The HTTP method.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// The body as it was sent.
    pub body: Bytes,
}

/// How an operation's errors are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Protocol {
    Json,
    Query,
    Ec2,
    RestXml,
}

impl Call {
    pub(super) fn read(number: usize, head: &Parts, body: Bytes) -> Call {
        let header = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok());
        let (caller, service) = header("authorization").and_then(signer).unwrap_or_default();
        let operation = header("x-amz-target")
            .and_then(|target| target.rsplit_once('.'))
            .map(|(_, operation)| operation.to_owned())
            .or_else(|| action(&body))
            .unwrap_or_else(|| rest_operation(&head.method, &head.uri));
        Call {
            number,
            service: service.to_owned(),
            caller: caller.to_owned(),
            operation,
            method: head.method.to_string(),
            path: head.uri.path_and_query().map(ToString::to_string).unwrap_or_default(),
            body,
        }
    }

    /// `service:Operation`, as the table of differences writes it.
    pub fn name(&self) -> String {
        format!("{}:{}", self.service, self.operation)
    }

    /// Whether the call changes anything. A call that is not known to read is taken to change.
    pub fn mutates(&self) -> bool {
        const READS: [&str; 9] = ["Describe", "List", "Get", "Head", "BatchGet", "Query", "Scan", "GET ", "HEAD "];
        !READS.iter().any(|read| self.operation.starts_with(read))
    }

    /// An answer that an SDK reads as this operation's error.
    pub fn refuse(&self, status: u16, code: &str, message: &str) -> Verdict {
        let body = match self.protocol() {
            Protocol::Json => serde_json::json!({ "__type": code, "message": message }).to_string(),
            Protocol::Query => format!(
                "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code>\
                 <Message>{message}</Message></Error><RequestId>refused</RequestId></ErrorResponse>"
            ),
            Protocol::Ec2 => format!(
                "<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error>\
                 </Errors><RequestID>refused</RequestID></Response>"
            ),
            Protocol::RestXml => format!(
                "<Error><Code>{code}</Code><Message>{message}</Message>\
                 <RequestId>refused</RequestId></Error>"
            ),
        };
        Verdict::Refuse { status, body }
    }

    fn protocol(&self) -> Protocol {
        if self.operation.contains(' ') {
            Protocol::RestXml
        } else if self.service == "ec2" {
            Protocol::Ec2
        } else if action(&self.body).is_some() {
            Protocol::Query
        } else {
            Protocol::Json
        }
    }
}

/// The key and the service in `… Credential=KEY/DATE/REGION/SERVICE/aws4_request, …`.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>
fn signer(authorization: &str) -> Option<(&str, &str)> {
    let (_, credential) = authorization.split_once("Credential=")?;
    let credential = credential.split(',').next()?;
    Some((credential.split('/').next()?, credential.rsplit('/').nth(1)?))
}

/// The `Action` of a form body.
fn action(body: &Bytes) -> Option<String> {
    std::str::from_utf8(body).ok()?.split('&').find_map(|pair| pair.strip_prefix("Action=")).map(str::to_owned)
}

/// The method, how deep the path goes, and the first query key that has no value or that S3
/// knows as a sub-resource; what the bucket or key is called is no part of an operation's name.
fn rest_operation(method: &hyper::Method, uri: &hyper::Uri) -> String {
    let path = uri.path().trim_matches('/');
    let shape = match path.split_once('/') {
        None if path.is_empty() => "/",
        None => "/{bucket}",
        Some(_) => "/{bucket}/{key}",
    };
    let sub_resource = uri
        .query()
        .unwrap_or_default()
        .split('&')
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .find(|(key, value)| !key.is_empty() && (value.is_empty() || *key == "uploadId"))
        .map(|(key, _)| format!("?{key}"))
        .unwrap_or_default();
    format!("{method} {shape}{sub_resource}")
}

#[cfg(test)]
mod tests {
    use hyper::Request;

    use super::*;

    fn call(method: &str, path: &str, headers: &[(&str, &str)], body: &'static str) -> Call {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (head, ()) = request.body(()).expect("a request").into_parts();
        Call::read(0, &head, Bytes::from_static(body.as_bytes()))
    }

    fn scope(service: &str) -> String {
        format!(
            "AWS4-HMAC-SHA256 Credential=testing/20260101/us-east-1/{service}/aws4_request, \
             SignedHeaders=host, Signature=00"
        )
    }

    #[test]
    fn names_the_operation_in_every_protocol() {
        fn check(call: &Call, name: &str, mutates: bool) {
            assert_eq!((call.name().as_str(), call.mutates()), (name, mutates));
        }
        let (ecs, ec2, s3) = (scope("ecs"), scope("ec2"), scope("s3"));
        let target = |operation| [("authorization", ecs.as_str()), ("x-amz-target", operation)];
        let json = call("POST", "/", &target("AmazonEC2ContainerServiceV20141113.ListTasks"), "{}");
        check(&json, "ecs:ListTasks", false);
        let json = call("POST", "/", &target("AmazonEC2ContainerServiceV20141113.RunTask"), "{}");
        check(&json, "ecs:RunTask", true);
        let form = "Action=CreateVpc&Version=2016-11-15&CidrBlock=10.0.0.0%2F16";
        check(&call("POST", "/", &[("authorization", &ec2)], form), "ec2:CreateVpc", true);
        let rest = |method, path| call(method, path, &[("authorization", s3.as_str())], "");
        check(&rest("GET", "/"), "s3:GET /", false);
        check(&rest("PUT", "/a-bucket"), "s3:PUT /{bucket}", true);
        check(&rest("GET", "/a-bucket/?versioning"), "s3:GET /{bucket}?versioning", false);
        check(&rest("GET", "/b?list-type=2&prefix=x"), "s3:GET /{bucket}", false);
        check(&rest("PUT", "/b/some/key?partNumber=1&uploadId=x"), "s3:PUT /{bucket}/{key}?uploadId", true);
        check(&call("GET", "/moto-api/data.json", &[], ""), ":GET /{bucket}/{key}", false);
    }

    #[test]
    fn knows_who_signed() {
        let s3 = scope("s3");
        assert_eq!(call("GET", "/", &[("authorization", &s3)], "").caller, "testing");
        assert_eq!(call("GET", "/", &[], "").caller, "");
    }

    #[test]
    fn refuses_in_the_words_of_the_protocol() {
        fn check(call: &Call, expect: &str) {
            let Verdict::Refuse { status: 400, body } = call.refuse(400, "Throttling", "slow down") else {
                panic!("not a refusal");
            };
            assert!(body.starts_with(expect), "{body}");
        }
        let (rds, ec2, s3) = (scope("rds"), scope("ec2"), scope("s3"));
        check(&call("POST", "/", &[("x-amz-target", "A.B")], "{}"), r#"{"__type":"Throttling","#);
        check(&call("POST", "/", &[("authorization", &rds)], "Action=X"), "<ErrorResponse><Error><Type>");
        check(&call("POST", "/", &[("authorization", &ec2)], "Action=X"), "<Response><Errors><Error>");
        check(&call("PUT", "/b", &[("authorization", &s3)], ""), "<Error><Code>Throttling</Code>");
    }
}
