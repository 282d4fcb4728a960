//! From the command line, the manifest and the environment to a connection with AWS or the
//! sandbox.

use std::error::Error as _;
use std::path::PathBuf;
use std::time::Duration;

use aws_config::BehaviorVersion;
use aws_config::sts::AssumeRoleProvider;
use aws_config::timeout::TimeoutConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials as _, SharedCredentialsProvider};
use aws_smithy_http_client::tls::Provider as Tls;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::http::{HttpClient as _, SharedHttpClient, http_client_fn};
use aws_types::SdkConfig;
use aws_types::region::Region;
use driver::Lease;
use model::stack::Provider;
use providers::aws::Aws;

use crate::args::Options;
use crate::failure::Failure;
use crate::timeline;

/// A connection, and which world it leads to.
pub struct Connection {
    /// The connection.
    pub aws: Aws,
    /// The same for other clients.
    pub config: SdkConfig,
    /// The right to change AWS, which comes with the lock.
    pub lease: Lease,
    /// The endpoint, where it is overridden.
    pub endpoint: Option<String>,
    /// The emulator's run, for `--sandbox`: state belongs to it.
    pub run: Option<String>,
}

/// What to do without credentials.
const NO_CREDENTIALS: &str =
    "no working AWS credentials: log in (`aws sso login`, `aws login`), set AWS_PROFILE, or try `--sandbox`";

/// How AWS is to be reached; nothing has been asked yet.
pub struct Configured {
    /// For the clients.
    pub config: SdkConfig,
    /// The emulator's run, for `--sandbox`.
    pub run: Option<String>,
}

impl Configured {
    /// The endpoint as state remembers it, where it is overridden.
    pub fn endpoint(&self) -> Option<String> {
        endpoint(self.run.as_deref(), self.config.endpoint_url())
    }

    /// Looks for credentials; answers why there are none.
    pub async fn missing_credentials(&self) -> Option<String> {
        let Some(provider) = self.config.credentials_provider() else { return Some("none are configured".to_owned()) };
        match provider.provide_credentials().await {
            Ok(_) => None,
            Err(wrong) => Some(wrong.source().map_or_else(|| wrong.to_string(), ToString::to_string)),
        }
    }
}

/// The endpoint as state remembers it, where it is overridden. An emulator's address changes with
/// every start; what counts is that it is one.
pub fn endpoint(run: Option<&str>, url: Option<&str>) -> Option<String> {
    run.map(|run| format!("sandbox {run}")).or_else(|| url.map(str::to_owned))
}

/// Finds out how to reach AWS, or the sandbox, which is started.
///
/// # Errors
/// An emulator that cannot be installed or started.
pub async fn prepare(options: &Options, provider: &Provider) -> Result<Configured, Failure> {
    let _preparing = timeline::phase("find out how");
    let sandbox = if options.sandbox { Some(start_sandbox(options).await?) } else { None };
    let config = configure(options, provider, sandbox.as_ref()).await;
    Ok(Configured { config, run: sandbox.map(|it| it.run) })
}

/// Connects to AWS, or to the sandbox.
///
/// # Errors
/// Credentials, region or endpoint that do not work; an account that the manifest does not
/// allow; an emulator that cannot be installed or started.
pub async fn connect(options: &Options, provider: &Provider) -> Result<Connection, Failure> {
    let _reaching = timeline::phase("reach AWS");
    let Configured { config, run } = prepare(options, provider).await?;
    let endpoint = config.endpoint_url().map(str::to_owned);
    let lease = no_lease();
    let asking = timeline::phase("ask who we are");
    let connected = Aws::connect(config.clone(), provider.ignore_tags.clone(), lease.clone()).await;
    drop(asking);
    let aws = connected.map_err(|fault| {
        let failure = Failure::from(fault);
        if failure.help.is_some() { failure } else { failure.help(NO_CREDENTIALS) }
    })?;
    timeline::calls(aws.calls());
    let allowed = &provider.allowed_account_ids;
    if !options.sandbox && !allowed.is_empty() && !allowed.iter().any(|it| it == aws.account()) {
        let message = format!(
            "the credentials belong to account {}, but the manifest allows only {}",
            aws.account(),
            allowed.join(", ")
        );
        return Err(Failure::wrong("wrong-account", message)
            .help("use other credentials, or change `allowed_account_ids` under `[provider.aws]`"));
    }
    Ok(Connection { aws, config, lease, endpoint, run })
}

/// A lease that has not begun.
pub fn no_lease() -> Lease {
    Lease::none(aws_store::clock())
}

/// Starts the emulator if it does not run.
///
/// # Errors
/// It cannot be found, installed or started.
pub async fn start_sandbox(options: &Options) -> Result<sandbox::Running, Failure> {
    let quiet = options.quiet;
    let mut report = |text: &str| {
        if !quiet {
            errln!("{text}");
        }
    };
    let running = sandbox::ensure(&tools(), &sandbox_folder(), &mut report).await;
    running.map_err(|wrong| Failure::environment("sandbox", wrong.to_string()))
}

/// Where the emulator may come from.
pub fn tools() -> sandbox::Tools {
    sandbox::Tools { path: std::env::var_os("PATH").unwrap_or_default(), cache: cache_folder() }
}

/// Where the running emulator is recorded: once for a user, whatever folder they work in.
pub fn sandbox_folder() -> PathBuf {
    cache_folder().join("sandbox")
}

fn cache_folder() -> PathBuf {
    let set = |name: &str| std::env::var_os(name).filter(|it| !it.is_empty()).map(PathBuf::from);
    let home = || set("HOME").map(|home| home.join(".cache"));
    set("STACKCTL_CACHE")
        .unwrap_or_else(|| set("XDG_CACHE_HOME").or_else(home).unwrap_or_else(std::env::temp_dir).join("stackctl"))
}

async fn configure(options: &Options, provider: &Provider, sandbox: Option<&sandbox::Running>) -> SdkConfig {
    let tls = Tls::Rustls(CryptoMode::Ring);
    let http = aws_smithy_http_client::Builder::new();
    let region = options.region.clone().or_else(|| provider.region.clone());
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(5))
        .operation_attempt_timeout(Duration::from_secs(60))
        .operation_timeout(Duration::from_secs(300))
        .build();
    let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12()).timeout_config(timeouts);
    if let Some(running) = sandbox {
        let credentials = Credentials::new(sandbox::ACCESS_KEY, sandbox::SECRET_KEY, None, None, "sandbox");
        return loader
            .http_client(http.build_http())
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .region(Region::new(region.unwrap_or_else(|| sandbox::REGION.to_owned())))
            .endpoint_url(&running.endpoint)
            .load()
            .await;
    }
    loader = loader.http_client(set_up_once(http.tls_provider(tls).build_https()));
    if let Some(profile) = options.profile.as_ref().or(provider.profile.as_ref()) {
        loader = loader.profile_name(profile);
    }
    if let Some(region) = region {
        loader = loader.region(Region::new(region));
    }
    let config = loader.load().await;
    match &provider.assume_role {
        Some(role) => assume(config, role).await,
        None => config,
    }
}

/// The SDK sets TLS up, with every root certificate of the system, for each client of a service that
/// is made, and throws it away, so that the first request need not wait for it. Here it is set up
/// with the first request, and that is shared by all.
/// <https://docs.rs/aws-smithy-runtime-api/latest/aws_smithy_runtime_api/client/http/trait.HttpClient.html>
fn set_up_once(client: SharedHttpClient) -> SharedHttpClient {
    http_client_fn(move |settings, components| client.http_connector(settings, components))
}

async fn assume(config: SdkConfig, role: &model::stack::AssumeRole) -> SdkConfig {
    let session = role.session_name.as_deref().unwrap_or("stackctl");
    let mut builder = AssumeRoleProvider::builder(&role.role_arn).session_name(session).configure(&config);
    if let Some(external) = &role.external_id {
        builder = builder.external_id(external);
    }
    let provider = SharedCredentialsProvider::new(builder.build().await);
    config.into_builder().credentials_provider(provider).build()
}
