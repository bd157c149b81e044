import Manifest
import Testing

@testable import Commands

/// What kubectl 1.32 printed of the same objects with the same words; written down as it came.
@Suite struct KubectlOutputTests {
  private static let json = ##"""
    {"apiVersion": "v1", "kind": "List", "items": [
    {"apiVersion": "lab.example/v1", "kind": "Thing", "metadata": {"annotations": {"a.example/b": "c d"}, "labels":
    {"app": "web", "ksx.dev/x": "1", "tier": "front"}, "name": "ant"}, "spec": {"big": 12345678901, "empty": "",
    "enabled": true, "items": [{"name": "x", "port": 80}, {"name": "w", "port": 443, "tls": {"enabled": true}}],
    "list": ["c", "a", "b"], "mixed": [1, null, "x", {"a": [true], "b": 1}], "ratio": 0.5, "replicas": 3, "size":
    "10Gi", "text": "two words", "version": "1.10.0"}}
    ,
    {"apiVersion": "lab.example/v1", "kind": "Thing", "metadata": {"labels": {"tier": "back"}, "name": "bee"},
    "spec": {"enabled": false, "inner": {"a": 1234567.5, "b": "say \"hi\" & <go>"}, "items": [{"name": "z", "port":
    8080}], "list": [], "ratio": 1234567.5, "replicas": 20, "size": "900Mi", "uni": "é水", "version": "1.9.0"}}
    ,
    {"apiVersion": "lab.example/v1", "kind": "Thing", "metadata": {"name": "cat"}, "spec": {"items": [], "list":
    ["d"], "ratio": 1e-05, "replicas": 1, "version": "v2"}}
    ,
    {"apiVersion": "lab.example/v1", "kind": "Thing", "metadata": {"labels": {"app": "db", "tier": "back"}, "name":
    "dog"}, "spec": {"ratio": 2, "replicas": 3, "size": "5", "text": "Zebra", "version": "1.9.0-rc.1"}}
    ]}
    """##

  private func document() throws -> Value { try JSON.parse(Array(Self.json.utf8)) }

  private func items() throws -> [Value] { try document()["items"]?.sequence ?? [] }

  @Test(arguments: [
    ("{.items[*].metadata.name}", "ant bee cat dog"),
    ("{.items[0].metadata.name}", "ant"),
    ("{.items[-1].metadata.name}", "dog"),
    ("{.items[0:2].metadata.name}", "ant bee"),
    ("{.items[::2].metadata.name}", "ant cat"),
    (#"{range .items[*]}{.metadata.name}{"\t"}{.spec.replicas}{"\n"}{end}"#, "ant\t3\nbee\t20\ncat\t1\ndog\t3\n"),
    ("{range .items[*]}{.metadata.name}={.spec.size} {end}!", "ant=10Gi bee=900Mi cat= dog=5 !"),
    ("{.items[*].spec.list}", #"["c","a","b"] [] ["d"]"#),
    ("{.items[*].spec.list[*]}", "c a b"),
    ("{.items[0].spec.items}", #"[{"name":"x","port":80},{"name":"w","port":443,"tls":{"enabled":true}}]"#),
    ("{.items[*].spec.ratio}", "0.5 1.2345675e+06 1e-05 2"),
    ("{.items[0].spec.big}", "12345678901"),
    ("{.items[*].spec.enabled}", "true false"),
    ("{.items[0].spec.nope}", ""),
    ("{.items[*].spec.nope}x", "x"),
    ("{.nope.nope}", ""),
    ("{.items[0].spec.mixed}", #"[1,null,"x",{"a":[true],"b":1}]"#),
    ("{.items[0].spec.mixed[*]}", #"1 null x {"a":[true],"b":1}"#),
    ("{.items[0].spec.mixed[1]}|", "null|"),
    ("{.items[?(@.spec.replicas>2)].metadata.name}", "ant bee dog"),
    ("{.items[?(@.spec.replicas>=3)].metadata.name}", "ant bee dog"),
    ("{.items[?(@.spec.enabled==true)].metadata.name}", "ant"),
    ("{.items[?(@.spec.enabled!=true)].metadata.name}", "bee"),
    (#"{.items[?(@.metadata.name=="bee")].spec.size}"#, "900Mi"),
    ("{.items[?(@.metadata.name=='bee')].spec.size}", "900Mi"),
    ("{.items[?(@.spec.size)].metadata.name}", "ant bee dog"),
    (#"{.items[?(@.spec.version>"1.9.0")].metadata.name}"#, "cat dog"),
    ("{.items[?(.spec.replicas==1)].metadata.name}", "cat"),
    ("{.items[?(@.spec.replicas == 1)].metadata.name}", "cat"),
    ("{.items[?(1==@.spec.replicas)].metadata.name}", "cat"),
    ("{.items[*].spec.items[?(@.port==443)].tls.enabled}", "true"),
    (#"{.items[0].spec.list[?(@=="a")]}"#, "a"),
    (#"{range .items[?(@.metadata.labels.tier=="back")]}{@.metadata.name} {end}"#, "bee dog "),
    ("{.items[*]['metadata.name','spec.replicas']}", "ant bee cat dog 3 20 1 3"),
    ("{.items[0]['kind',  'apiVersion']}", "Thing lab.example/v1"),
    (#"{.items[0].metadata.labels.ksx\.dev/x}"#, "1"),
    (#"{.items[0].metadata.labels['ksx\.dev/x']}"#, "1"),
    ("{.items[0].spec['text']}", "two words"),
    ("{.items[0].spec..port}", "80 443"),
    ("{.items[*].spec.items[*].port}", "80 443 8080"),
    ("{.items[0].spec.items[0]}", #"{"name":"x","port":80}"#),
    ("plain", "plain"),
    (".metadata.name", ".metadata.name"),
    (#"{"a\tb"}"#, "a\tb"),
    (#"{'a"b'}"#, #"a"b"#),
    ("{1}{true}{1.5}{-5}", "1true1.5-5"),
    ("{.items[0].spec.text} and {.items[1].spec.inner.b}", #"two words and say "hi" & <go>"#),
    ("{.items[1].spec.inner}", #"{"a":1234567.5,"b":"say \"hi\" \u0026 \u003cgo\u003e"}"#),
    ("{.kind}", "List"),
    ("{$.kind}", "List"),
    ("{@.kind}", "List"),
    ("{ .kind }", "List"),
    ("{.kind}}", "List}"),
    ("{.items[0,2].metadata.name}", "ant cat"),
    ("{.items[1,0].spec.replicas}", "20 3"),
    ("{range .items[*]}{range .spec.items[*]}{.name},{end};{end}", "x,w,;z,;;;"),
    ("{range .items[0:0]}x{end}y", "y"),
    (
      "{.items[*].metadata.labels}",
      #"{"app":"web","ksx.dev/x":"1","tier":"front"} {"tier":"back"} {"app":"db","tier":"back"}"#
    ),
    ("{.items[0].spec.list[1:]}", "a b"),
    ("{.items[0].spec.list[:2]}", "c a"),
    ("{.items[0].spec.list[0:3:2]}", "c b"),
    ("{.items[0].spec.list[-1:]}", "b"),
    ("{.items[2:2].metadata.name}", ""),
    ("{.items[*].spec.uni}", "é水"),
    ("{range .items[*]}{.metadata.name}", "antbeecatdog"),
    ("{.items[0].spec.empty}|", "|"),
    ("{.items[0].spec.big.x}", ""),
    ("{.items[0].spec.text.x}", ""),
    ("{range}", ""),
    ("{.items[0]..a}", "[true]"),
    (#"{.items[*].metadata.labels.tier}{"\n"}"#, "front back back\n"),
  ])
  func kubectlPrintsTheSame(template: String, text: String) throws {
    #expect(try JSONPathTemplate(template).text(document()) == text)
  }

  @Test(arguments: [
    ("{.items[5].metadata.name}", "array index out of bounds: index 5, length 4"),
    (
      "{.items[9223372036854775807].kind}", "array index out of bounds: index 9223372036854775807, length 4"
    ),
    ("{.metadata", "unclosed action"),
    ("{.items[a]}", "invalid array index a"),
    ("{end}", "not in range, nothing to end"),
    ("{nope}", "unrecognized identifier nope"),
    (#"{.items[?(@.spec.version=~"1.*")].metadata.name}"#, "unrecognized character in action: U+007E '~'"),
    (#"{.items[?(@.spec.replicas=="3")].metadata.name}"#, "incompatible types for comparison"),
    ("{.items[0].spec.text[0]}", "string is not array or slice"),
    ("{.items[?(@.spec.ratio<1)].metadata.name}", "incompatible types for comparison"),
    (#"{.items[0].spec["text"]}"#, #"invalid array index "text""#),
    ("{.items[3:1]}", "starting index 3 is greater than ending index 1"),
    ("{.items[0:9].kind}", "array index out of bounds: index 8, length 4"),
    ("{.items[0::0]}", "step must be > 0"),
    ("{range .items[*]}{end}{end}", "not in range, nothing to end"),
    ("{x.y}", "unrecognized identifier x"),
    ("{.a,b}", "unrecognized character in action: U+002C ','"),
    ("{.items[*].spec.list[0]}", "array index out of bounds: index 0, length 0"),
    ("{{.kind}}", "unrecognized character in action: U+007B '{'"),
    ("{.items[0", "unterminated array"),
    ("{.items[?(@.a", "unterminated filter"),
    (#"{"a"#, "unterminated quoted string"),
    ("{.items[0:1:2:3]}", "invalid array index 0:1:2:3"),
  ])
  func kubectlRefusesTheSame(template: String, problem: String) throws {
    #expect {
      _ = try JSONPathTemplate(template).text(document())
    } throws: {
      ($0 as? JSONPathError)?.text == problem
    }
  }

  @Test(
    arguments: [
      (
        "NAME:.metadata.name,R:.spec.replicas,S:.spec.size", true,
        ["NAME   R     S", "ant    3     10Gi", "bee    20    900Mi", "cat    1     <none>", "dog    3     5"]
      ),
      (
        "N:metadata.name,L:.spec.list,M:.spec.mixed", false,
        [
          "ant   [c a b]   [1 <nil> x map[a:[true] b:1]]", "bee   []        <none>", "cat   [d]       <none>",
          "dog   <none>    <none>",
        ]
      ),
      (
        "N:{.metadata.name},LABELS:.metadata.labels,E:.spec.enabled,RATIO:.spec.ratio,T:.spec.empty", true,
        [
          "N     LABELS                                E        RATIO           T",
          "ant   map[app:web ksx.dev/x:1 tier:front]   true     0.5             ",
          "bee   map[tier:back]                        false    1.2345675e+06   <none>",
          "cat   <none>                                <none>   1e-05           <none>",
          "dog   map[app:db tier:back]                 <none>   2               <none>",
        ]
      ),
      (
        "N:.metadata.name,L:.spec.items[*].port,U:.spec.uni,X:.spec.text", true,
        [
          "N     L        U        X", "ant   80,443   <none>   two words", "bee   8080     é水       <none>",
          "cat   <none>   <none>   <none>", "dog   <none>   <none>   Zebra",
        ]
      ),
      ("N:", true, ["N", "<none>", "<none>", "<none>", "<none>"]),
      (":.kind", true, ["", "Thing", "Thing", "Thing", "Thing"]),
      (
        "N:.metadata.name,M:.spec.mixed[*]", true,
        ["N     M", "ant   1,<nil>,x,map[a:[true] b:1]", "bee   <none>", "cat   <none>", "dog   <none>"]
      ),
      ("N:.spec.items[?(@.port==80)].name", true, ["N", "x", "<none>", "<none>", "<none>"]),
      ("A B:.kind", true, ["A B", "Thing", "Thing", "Thing", "Thing"]),
      (
        "N:.metadata.name,BIG:.spec.big,N:.spec.nope", true,
        [
          "N     BIG           N", "ant   12345678901   <none>", "bee   <none>        <none>",
          "cat   <none>        <none>", "dog   <none>        <none>",
        ]
      ),
    ] as [(String, Bool, [String])])
  func kubectlSetsTheSameColumns(columns: String, hasHeadings: Bool, lines: [String]) throws {
    let columns = try CustomColumns(columns)

    #expect(columns.lines(try items().map(columns.cells), hasHeadings: hasHeadings) == lines)
  }

  @Test(arguments: [
    ("N", "unexpected custom-columns spec: N, expected <header>:<json-path-expr>"),
    ("N:.a,", "unexpected custom-columns spec: , expected <header>:<json-path-expr>"),
    ("N:.spec.list[5]", "array index out of bounds: index 5, length 3"),
  ])
  func kubectlRefusesTheSameColumns(columns: String, problem: String) throws {
    #expect {
      let columns = try CustomColumns(columns)
      _ = try items().map(columns.cells)
    } throws: {
      ($0 as? JSONPathError)?.text == problem
    }
  }

  /// Where several are equal their order is kubectl's accident, and none of these has that.
  @Test(arguments: [
    (".metadata.name", ["ant", "bee", "cat", "dog"]),
    (".spec.replicas", ["cat", "ant", "bee"]),
    (".spec.size", ["cat", "dog", "bee", "ant"]),
    (".spec.version", ["ant", "bee", "dog", "cat"]),
    ("{.spec.replicas}", ["cat", "ant", "bee"]),
    ("spec.replicas", ["cat", "ant", "bee"]),
    (".metadata.labels.app", ["cat", "dog", "ant"]),
  ])
  func kubectlSortsTheSame(key: String, names: [String]) throws {
    let key = try SortKey(key)
    let all = try items().map { (value: $0, key: try key.value(of: $0)) }

    let sorted = try key.sorted(all, by: \.key).compactMap { $0.value[path: "metadata", "name"]?.string }
    #expect(sorted.filter(names.contains) == names)
  }

  @Test func whatStandsNowhereCannotBeSortedByAndMixedTypesCannotEither() throws {
    for (text, problem) in [
      (".spec.nope", #"couldn't find any field with path "{.spec.nope}" in the list of objects"#),
      (".spec.list", "what stands at {.spec.list} cannot be sorted: it is not of one simple type"),
    ] {
      let key = try SortKey(text)
      let all = try items().map { try key.value(of: $0) }
      #expect {
        _ = try key.sorted(all, by: \.self)
      } throws: {
        ($0 as? JSONPathError)?.text == problem
      }
    }
  }
}
