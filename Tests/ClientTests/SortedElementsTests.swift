import Client
import KubernetesAPI
import Manifest
import Testing

struct SortedElementsTests {
  private func object(_ name: String, version: String = "1") -> Object {
    Object(["metadata": ["name": .string(name), "resourceVersion": .string(version)]])
  }

  private func names(_ elements: SortedElements<Object>) -> [String] { Array(elements.names) }

  @Test func elementsAreInTheOrderOfTheirNamesHoweverTheyArrive() {
    #expect(names(SortedElements(["b", "c", "a"].map { object($0) })) == ["a", "b", "c"])
    #expect(names(SortedElements(["a", "b", "c"].map { object($0) })) == ["a", "b", "c"])
    #expect(names([:]) == [])
  }

  @Test func ofSeveralWithOneNameTheLastIsKept() {
    for order in [["a", "a", "b"], ["b", "a", "a"]] {
      let all = order.enumerated().map { object($1, version: String($0)) }
      let elements = SortedElements(all)
      #expect(names(elements) == ["a", "b"])
      #expect(elements["a"]?.resourceVersion == all.last { $0.name == "a" }?.resourceVersion)
    }
  }

  @Test func eachIsFoundByItsNameAndNoOther() {
    let elements = SortedElements(["ant", "bee", "cat", "dog"].map { object($0) })
    for name in ["ant", "bee", "cat", "dog"] { #expect(elements[name]?.name == name) }
    for name in ["", "an", "anty", "bed", "zebra"] { #expect(elements[name] == nil) }
  }

  @Test func anElementIsAddedReplacedAndRemovedInItsPlace() {
    var elements = SortedElements(["b", "d"].map { object($0) })
    for name in ["c", "a", "e"] { elements[name] = object(name) }
    #expect(names(elements) == ["a", "b", "c", "d", "e"])
    elements["c"] = object("c", version: "2")
    #expect(elements["c"]?.resourceVersion == "2")
    for name in ["a", "c", "x"] { elements[name] = nil }
    #expect(names(elements) == ["b", "d", "e"])
  }
}
