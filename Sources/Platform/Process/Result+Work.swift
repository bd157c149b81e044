extension Result where Success: Sendable {
  /// The result or the error of `work`.
  package init(_ work: () async throws(Failure) -> Success) async {
    do { self = .success(try await work()) } catch { self = .failure(error) }
  }
}
