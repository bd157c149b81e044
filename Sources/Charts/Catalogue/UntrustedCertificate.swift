/// The certificate of Services that show what an untrusted upstream looks like.
package enum UntrustedCertificate {
  /// The suffix of the names of such Services.
  package static let suffix = "-untrusted"

  /// A certificate with its key in PEM: expired in 2001, for another name, and self-signed.
  ///
  /// The key protects nothing, so it can be public.
  package static let pem = """
    -----BEGIN CERTIFICATE-----
    MIIBuzCCAWCgAwIBAgIUJ0GuMSHB7gmqzbVl9F5cbVwYDAkwCgYIKoZIzj0EAwIw
    ITEfMB0GA1UEAwwWbm93aGVyZS5tZWFkb3cuZXhhbXBsZTAeFw0wMTAxMDEwMDAw
    MDBaFw0wMTAxMDIwMDAwMDBaMCExHzAdBgNVBAMMFm5vd2hlcmUubWVhZG93LmV4
    YW1wbGUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQ+l6XOsFmyIwadSI7Jsq02
    V4w2Q5cXh71uTpH/5a1Nas2onaRjRgfHbBjgyjZBEmg1lOrLdGBOfZVo2YLz/77W
    o3YwdDAdBgNVHQ4EFgQUH1Q48xPrSqk5SrjRdRZ5evU+TbwwHwYDVR0jBBgwFoAU
    H1Q48xPrSqk5SrjRdRZ5evU+TbwwDwYDVR0TAQH/BAUwAwEB/zAhBgNVHREEGjAY
    ghZub3doZXJlLm1lYWRvdy5leGFtcGxlMAoGCCqGSM49BAMCA0kAMEYCIQC9J2MI
    n6wA/FZ6gdFn9waR7boij3ua/CYqBrwh84Z4hwIhAOubJZM/bKfBrNHsipkhMAne
    Rb5GjST3FNC8TL8ju+Gm
    -----END CERTIFICATE-----
    -----BEGIN PRIVATE KEY-----
    MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgpP/y5sXVX5JSJo8w
    kQnCNeoAREKsjocyUCY1JrQEOs2hRANCAAQ+l6XOsFmyIwadSI7Jsq02V4w2Q5cX
    h71uTpH/5a1Nas2onaRjRgfHbBjgyjZBEmg1lOrLdGBOfZVo2YLz/77W
    -----END PRIVATE KEY-----

    """
}
