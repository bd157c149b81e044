import Client
import Extensions
import KubernetesAPI
import Manifest
import Operations

extension Worker {
  /// Posts the events of `subject` until the task is cancelled.
  func watch(_ subject: Request.Subject, _ dialect: Dialect) async {
    let cluster = session.connection.cluster
    switch subject {
    case .categories:
      await Watch(dialect.categories, in: cluster, skipping: Extension.bulkyFields) { Category($0) }
        .run { post(.categories($0)) }
    case .extensions(let language):
      let texts = SharedTexts()
      await Watch(dialect.extensions, in: cluster, skipping: Extension.bulkyFields) {
        texts.sharing(Extension($0, dialect: dialect), language: language)
      }.run { post(.extensions($0)) }
    case .installations:
      await Watch(dialect.installations, in: cluster, skipping: JSONPaths()) { Installation($0) }
        .run { post(.installations($0)) }
    case .versions(let name):
      var watch = Watch(dialect.extensionVersions, in: cluster, skipping: ExtensionVersion.bulkyFields) { object in
        let version = ExtensionVersion(object, dialect: dialect)
        return version.extension == name ? version : nil
      }
      // ExtensionVersions of the first design need not have the label of their extension.
      if dialect.era != .seed { watch.selector = Selector(labels: "\(dialect.extensionLabel)=\(name)") }
      await watch.run { post(.versions(of: name, $0)) }
    }
  }
}
