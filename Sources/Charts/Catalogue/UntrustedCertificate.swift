/// What the built-in marketplace shows as a back end that no one should trust.
package enum UntrustedCertificate {
  /// What the name of such a Service ends in.
  package static let suffix = "-untrusted"

  /// A certificate with its key, PEM: out of date since 2001, for another name, and signed by itself.
  ///
  /// The key guards nothing, so it may be read by all.
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
