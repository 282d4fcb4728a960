//! What others keep in a bucket, wherever the bucket is.

use std::io::{Read, Write};
use std::net::TcpListener;

use aws_store::Reader;
use driver::FaultKind;

use crate::place::{Place, config, init, settings};

#[tokio::test(flavor = "multi_thread")]
async fn objects_are_read_and_listed() {
    let place = Place::new().await;
    let (config, settings) = (place.config(), settings());
    init(&config, &settings).await;
    let put = aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build();
    let put = aws_sdk_s3::Client::from_conf(put);
    for (key, text) in [("env:/prod/state", "of prod"), ("env:/dev/state", "of dev"), ("state", "plain")] {
        let body = text.as_bytes().to_vec().into();
        put.put_object().bucket(&settings.bucket).key(key).body(body).send().await.expect("put");
    }
    let reader = Reader::new(&config, &settings.bucket);
    assert_eq!(reader.read("state").await.expect("readable"), Some(b"plain".to_vec()));
    assert_eq!(reader.read("env:/prod/state").await.expect("readable"), Some(b"of prod".to_vec()));
    assert_eq!(reader.read("nothing").await.expect("answered"), None);
    assert_eq!(reader.keys("env:/").await.expect("listed"), ["env:/dev/state", "env:/prod/state"]);
    assert_eq!(reader.keys("nothing").await.expect("listed"), Vec::<String>::new());
    let fault = Reader::new(&config, "acme-nowhere").read("state").await.expect_err("there is no such bucket");
    assert_eq!((fault.kind, fault.code.as_deref()), (FaultKind::NotFound, Some("NoSuchBucket")));
}

/// A bucket in eu-west-1 sends whoever asks elsewhere there, as S3 does.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingRouting.html>
fn far_away() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            let mut asked = Vec::new();
            let mut byte = [0];
            while !asked.ends_with(b"\r\n\r\n") && stream.read(&mut byte).expect("readable") > 0 {
                asked.push(byte[0]);
            }
            let is_there = String::from_utf8_lossy(&asked).contains("/eu-west-1/s3/aws4_request");
            let (status, body) = match is_there {
                true => ("200 OK", "from afar"),
                false => {
                    ("301 Moved Permanently", "<Error><Code>PermanentRedirect</Code><Message>no</Message></Error>")
                }
            };
            let head = format!("HTTP/1.1 {status}\r\nx-amz-bucket-region: eu-west-1\r\nConnection: close\r\n");
            let answer = format!("{head}Content-Length: {}\r\n\r\n{body}", body.len());
            stream.write_all(answer.as_bytes()).expect("answered");
        }
    });
    endpoint
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_in_another_region_is_followed() {
    let reader = Reader::new(&config(&far_away()), "acme");
    assert_eq!(reader.read("state").await.expect("readable"), Some(b"from afar".to_vec()));
}
