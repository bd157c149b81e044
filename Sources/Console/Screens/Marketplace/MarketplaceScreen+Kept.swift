import Operations
import Terminal

// Filters that are kept under numbers.
extension MarketplaceScreen {
  mutating func keepFilter(_ state: ConsoleState) -> [Step] {
    if listing.filter.isEmpty { return [.complain(state.words("There is no filter to keep."))] }
    isKeeping = true
    return [.say(.note, state.words("Keep the filter {0} under which number, 1 to 9?", listing.filter.text))]
  }

  mutating func keepFilter(under key: Key, _ state: inout ConsoleState) -> [Step] {
    isKeeping = false
    guard case .character(let digit) = key, let number = digit.wholeNumberValue, (1...9).contains(number) else {
      return [.say(.note, state.words("The filter was not kept."))]
    }
    state.settings.filters[number] = listing.filter.text
    return [
      .start(.keepSetting("filter-\(number)", listing.filter.text)),
      .say(.note, state.words("{0} filters by {1} from now on; 0 shows all.", "\(number)", listing.filter.text)),
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
        .say(.note, state.words("No filter is kept under {0}: / types one, ctrl-s keeps it.", "\(number)"))
      ]
    }
    return []
  }
}
