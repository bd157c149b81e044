import Operations
import Platform
import Terminal

// Filters saved under numbers.
extension MarketplaceScreen {
  mutating func keepFilter(_ state: ConsoleState) -> [Step] {
    if listing.filter.isEmpty { return [.complain("There is no filter to keep.")] }
    isKeeping = true
    return [.say(.note, "Keep the filter \(listing.filter.text) under which number, 1 to 9?")]
  }

  mutating func keepFilter(under key: Key, _ state: inout ConsoleState) -> [Step] {
    isKeeping = false
    guard case .character(let digit) = key, let number = digit.wholeNumberValue, (1...9).contains(number) else {
      return [.say(.note, "The filter was not kept.")]
    }
    state.settings.filters[number] = listing.filter.text
    return [
      .start(.keepSetting("filter-\(number)", listing.filter.text)),
      .say(.note, "\(number) filters by \(listing.filter.text) from now on; 0 shows all."),
    ]
  }

  mutating func useFilter(_ number: Int, _ state: ConsoleState) -> [Step] {
    if number == 0 {
      filter("")
      selectView(.all)
    } else if let text = state.settings.filters[number] {
      filter(text)
    } else {
      return [
        .say(.note, "No filter is kept under \(number): / types one, ctrl-s keeps it.")
      ]
    }
    return []
  }
}
