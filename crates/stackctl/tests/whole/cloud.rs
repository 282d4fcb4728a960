//! An AWS of one's own: an emulator behind a proxy that counts calls and makes them fail.
//!
//! In: nothing; where this machine has no moto, one is installed once per target folder. Out: an
//! endpoint, the calls that went through it, and what the emulator holds.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use sandbox::{Call, Emulator, Proxy, Scoped, Tools, Verdict};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::vault::{BUCKET, TABLE};

/// An emulator, its proxy, and the threads that they run on. Nobody else uses the emulator as long
/// as this lives.
pub struct Cloud {
    proxy: Proxy,
    /// There until the drop.
    emulator: Option<Scoped>,
    // The last to go: the others live on it.
    _threads: Runtime,
}

/// What the emulator answered.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The whole body.
    pub body: String,
}

/// Emulators that are free. Emptying one costs a hundredth of starting another; they end with
/// this process.
static FREE: Mutex<Vec<Scoped>> = Mutex::new(Vec::new());

impl Cloud {
    /// An empty one.
    pub fn start() -> Self {
        let threads = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let threads = threads.expect("threads");
        let (found, free) = (found(), lock().pop());
        let (emulator, proxy) = threads.block_on(async {
            let emulator = match free {
                // One that is too slow to empty itself is replaced.
                Some(mut free) => free.reset().await.ok().map(|()| free),
                None => None,
            };
            let emulator = match emulator {
                Some(emptied) => emptied,
                None => Scoped::start_found(found).await.expect("the emulator starts"),
            };
            let proxy = Proxy::start(&emulator.endpoint(), |_| Verdict::Forward).await.expect("a port");
            (emulator, proxy)
        });
        Self { proxy, emulator: Some(emulator), _threads: threads }
    }

    /// The address that clients use.
    pub fn endpoint(&self) -> String {
        self.proxy.endpoint()
    }

    /// What went through since the last time.
    pub fn take_calls(&self) -> Vec<Call> {
        self.proxy.take_calls()
    }

    /// The same, and they stay counted.
    pub fn calls(&self) -> Vec<Call> {
        self.proxy.calls()
    }

    /// How many calls are being carried out.
    pub fn underway(&self) -> usize {
        self.proxy.underway()
    }

    /// Decides about the calls to come.
    pub fn judge(&self, judge: impl FnMut(&Call) -> Verdict + Send + 'static) {
        self.proxy.judge(judge);
    }

    /// Lets every call through again.
    pub fn let_through(&self) {
        self.proxy.judge(|_| Verdict::Forward);
    }

    /// Waits until everything that was sent has arrived.
    pub fn wait_for_deliveries(&self) {
        // What a process sent before its end may not have been looked at yet.
        let mut quiet = 0;
        while quiet < 10 {
            quiet = if self.proxy.underway() > 0 { 0 } else { quiet + 1 };
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// A call of the AWS JSON protocol, past the proxy.
    pub fn json(&self, service: &str, target: &str, body: &Value) -> Value {
        let headers = format!("X-Amz-Target: {target}\r\nContent-Type: application/x-amz-json-1.1\r\n");
        let answer = self.send(service, &headers, &body.to_string());
        if answer.is_empty() { Value::Null } else { serde_json::from_str(&answer).expect("JSON") }
    }

    /// A call of the AWS query protocol, past the proxy.
    pub fn form(&self, service: &str, body: &str) -> String {
        self.send(service, "Content-Type: application/x-www-form-urlencoded\r\n", body)
    }

    fn send(&self, service: &str, headers: &str, body: &str) -> String {
        let answer = self.ask(service, "POST /", headers, body);
        assert_eq!(answer.status, 200, "{service} {}", answer.body);
        answer.body
    }

    /// A request of method and path, past the proxy.
    pub fn ask(&self, service: &str, line: &str, headers: &str, body: &str) -> Answer {
        let endpoint = self.emulator.as_ref().expect("there until the drop").endpoint();
        let authority = endpoint.strip_prefix("http://").expect("an http endpoint");
        let request = format!(
            "{line} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\nContent-Length: {}\r\n\
             Authorization: AWS4-HMAC-SHA256 Credential={}/20260101/{}/{service}/aws4_request, \
             SignedHeaders=host, Signature=00\r\n{headers}\r\n{body}",
            body.len(),
            sandbox::ACCESS_KEY,
            sandbox::REGION,
        );
        let mut stream = TcpStream::connect(authority).expect("the emulator listens");
        stream.write_all(request.as_bytes()).expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("read");
        let (head, body) = answer.split_once("\r\n\r\n").expect("an HTTP answer");
        let status = head.split(' ').nth(1).and_then(|it| it.parse().ok()).expect("a status");
        Answer { status, body: body.to_owned() }
    }

    /// What there is, one thing a line, in order. Two things of one name are two lines, so that
    /// nothing can be there twice unseen; names that AWS makes up are left out.
    pub fn inventory(&self) -> Vec<String> {
        let mut things = self.network();
        things.extend(self.containers());
        things.extend(self.secrets());
        things.extend(self.roles());
        things.extend(self.storage());
        let databases = self.form("rds", "Action=DescribeDBInstances&Version=2014-10-31");
        things.extend(elements(&databases, "DBInstanceIdentifier").map(|it| format!("database {it}")));
        let groups = self.json("logs", "Logs_20140328.DescribeLogGroups", &json!({}));
        things.extend(texts(&groups["logGroups"], "logGroupName").map(|it| format!("log group {it}")));
        things.sort();
        things
    }

    fn network(&self) -> Vec<String> {
        let ask = |action: &str| self.form("ec2", &format!("Action={action}&Version=2016-11-15"));
        let groups = ask("DescribeSecurityGroups");
        let rules = ask("DescribeSecurityGroupRules");
        let vpcs = ask("DescribeVpcs");
        let subnets = ask("DescribeSubnets");
        let of = |text: &str, element: &str, what: &str| -> Vec<String> {
            elements(text, element).map(|it| format!("{what} {it}")).collect()
        };
        [
            of(&groups, "groupDescription", "security group"),
            of(&rules, "ipProtocol", "rule"),
            of(&vpcs, "isDefault", "VPC"),
            of(&subnets, "defaultForAz", "subnet"),
        ]
        .concat()
    }

    fn containers(&self) -> Vec<String> {
        let ecs = |operation: &str, body: &Value| {
            self.json("ecs", &format!("AmazonEC2ContainerServiceV20141113.{operation}"), body)
        };
        let mut things = Vec::new();
        let active = |list: &Value| -> Vec<String> {
            // What was deleted stays listed for a while, as inactive.
            let items = list.as_array().into_iter().flatten().filter(|it| it["status"] == "ACTIVE").cloned();
            items
                .filter_map(|it| Some(it.get("serviceArn").unwrap_or(&it["clusterArn"]).as_str()?.to_owned()))
                .collect()
        };
        let clusters = strings(&ecs("ListClusters", &json!({}))["clusterArns"]);
        for cluster in active(&ecs("DescribeClusters", &json!({ "clusters": clusters }))["clusters"]) {
            let services = strings(&ecs("ListServices", &json!({ "cluster": cluster }))["serviceArns"]);
            let services = ecs("DescribeServices", &json!({ "cluster": cluster, "services": services }));
            things.extend(active(&services["services"]).into_iter().map(|it| format!("service {it}")));
            things.push(format!("cluster {cluster}"));
        }
        let definitions = ecs("ListTaskDefinitions", &json!({ "status": "ACTIVE" }));
        for arn in strings(&definitions["taskDefinitionArns"]) {
            let family = arn.rsplit_once(':').map_or(arn.as_str(), |(family, _revision)| family);
            things.push(format!("task definition {family}"));
        }
        let repositories = self.json("ecr", "AmazonEC2ContainerRegistry_V20150921.DescribeRepositories", &json!({}));
        things.extend(texts(&repositories["repositories"], "repositoryName").map(|it| format!("repository {it}")));
        things
    }

    /// Buckets and tables, without those that hold state.
    fn storage(&self) -> Vec<String> {
        let buckets = self.ask("s3", "GET /", "", "").body;
        let tables = self.json("dynamodb", "DynamoDB_20120810.ListTables", &json!({}));
        let buckets = elements(&buckets, "Name").filter(|it| *it != BUCKET).map(|it| format!("bucket {it}"));
        let tables = strings(&tables["TableNames"]);
        buckets.chain(tables.iter().filter(|it| *it != TABLE).map(|it| format!("table {it}"))).collect()
    }

    fn secrets(&self) -> Vec<String> {
        let ask =
            |operation: &str, body: &Value| self.json("secretsmanager", &format!("secretsmanager.{operation}"), body);
        let mut things = Vec::new();
        for name in texts(&ask("ListSecrets", &json!({}))["SecretList"], "Name") {
            let versions = ask("ListSecretVersionIds", &json!({ "SecretId": name }));
            let count = versions["Versions"].as_array().map_or(0, Vec::len);
            things.push(format!("secret {name} with {count} versions"));
        }
        things
    }

    fn roles(&self) -> Vec<String> {
        let ask = |rest: &str| self.form("iam", &format!("Version=2010-05-08&{rest}"));
        let mut things = Vec::new();
        for role in elements(&ask("Action=ListRoles"), "RoleName") {
            let attached = ask(&format!("Action=ListAttachedRolePolicies&RoleName={role}"));
            things.extend(elements(&attached, "PolicyName").map(|it| format!("policy {it} on role {role}")));
            things.push(format!("role {role}"));
        }
        let policies = ask("Action=ListPolicies&Scope=Local");
        things.extend(elements(&policies, "PolicyName").map(|it| format!("policy {it}")));
        things
    }
}

impl Drop for Cloud {
    fn drop(&mut self) {
        // What a failing test leaves behind is nobody's.
        if !thread::panicking() {
            self.wait_for_deliveries();
            lock().extend(self.emulator.take());
        }
    }
}

fn lock() -> MutexGuard<'static, Vec<Scoped>> {
    FREE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The emulator of this machine, looked for once.
fn found() -> &'static Emulator {
    static FOUND: OnceLock<Emulator> = OnceLock::new();
    FOUND.get_or_init(|| {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let tools = Tools { path, cache: PathBuf::from(env!("CARGO_TARGET_TMPDIR")) };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let mut heard = |line: &str| eprintln!("{line}");
        let search = Emulator::find(&tools, &mut heard);
        runtime.block_on(search).expect("an emulator")
    })
}

/// The texts of all elements of a name.
pub fn elements<'a>(xml: &'a str, name: &str) -> impl Iterator<Item = &'a str> + use<'a> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let texts: Vec<&str> = xml.split(&open).skip(1).filter_map(|rest| Some(rest.split_once(&close)?.0)).collect();
    texts.into_iter()
}

/// One member of every object in a list.
fn texts<'a>(list: &'a Value, member: &'a str) -> impl Iterator<Item = String> + 'a {
    list.as_array().into_iter().flatten().filter_map(move |it| Some(it[member].as_str()?.to_owned()))
}

fn strings(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(|it| Some(it.as_str()?.to_owned())).collect()
}
