import Client
import Extensions
import KubernetesAPI
import Manifest
import Testing

@testable import Controllers

struct CategoryCountTests {
  private func one(_ name: String, in category: String) -> Extension {
    let labels: Value = .mapping([Dialect.installPlan.categoryLabel: .string(category)])
    return Extension(Object(["metadata": ["name": .string(name), "labels": labels]]), dialect: .installPlan)
  }

  private func numbers(_ count: CategoryCount) -> [Int] { ["a", "b", ""].map(count.number(in:)) }

  @Test func aListCountsWhatItHasAndForgetsWhatItHasNot() {
    let count = CategoryCount()
    #expect(count.apply(.replaced([one("x", in: "a"), one("y", in: "a"), one("z", in: "")])) == ["a"])
    #expect(numbers(count) == [2, 0, 1])
    #expect(count.apply(.replaced([one("y", in: "b"), one("z", in: "")])) == ["a", "b"])
    #expect(numbers(count) == [0, 1, 1])
    #expect(count.apply(.replaced([one("y", in: "b"), one("z", in: "")])) == [])
  }

  @Test func anExtensionThatComesMovesOrGoesChangesOnlyItsCategories() {
    let count = CategoryCount()
    #expect(count.apply(.applied(one("x", in: "a"))) == ["a"])
    #expect(count.apply(.applied(one("x", in: "a"))) == [])
    #expect(count.apply(.applied(one("y", in: "a"))) == ["a"])
    #expect(count.apply(.applied(one("x", in: "b"))) == ["a", "b"])
    #expect(numbers(count) == [1, 1, 0])
    #expect(count.apply(.deleted(one("x", in: "b"))) == ["b"])
    #expect(count.apply(.deleted(one("x", in: "b"))) == [])
    #expect(numbers(count) == [1, 0, 0])
  }
}
