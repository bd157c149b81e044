/// Completion scripts for shells, made of the tables that parsing reads.
enum Completion {
  static func script(for shell: String) throws(CommandError) -> String {
    switch shell {
    case "bash": return bash
    // zsh runs bash's completions when asked to.
    case "zsh": return "#compdef ksx\nautoload -U +X bashcompinit && bashcompinit\n" + bash
    default: throw CommandError("completion is for bash or zsh, not \(shell)")
    }
  }

  /// Names of extensions come from the cluster, so they are asked for only when one is wanted.
  private static var bash: String {
    let verbs = Set(Verb.all.compactMap { $0.name.split(separator: " ").first }).sorted().joined(
      separator: " ")
    let named = Verb.all.filter { $0.operands.first == "NAME" && !$0.name.contains(" ") }.map(\.name)
    let cases = Verb.all.filter { $0 != .console }.map { verb in
      "    \"\(verb.name)\") options='\(spell(verb.options + Option.everywhere))' ;;"
    }
    return """
      _ksx() {
        local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} verb=${COMP_WORDS[1]} options=
        COMPREPLY=()
        case $before in
          -o | --output) COMPREPLY=($(compgen -W 'table wide name json yaml' -- "$word")); return ;;
          --dry-run) COMPREPLY=($(compgen -W 'none client server' -- "$word")); return ;;
          --dialect) COMPREPLY=($(compgen -W 'subscription installplan' -- "$word")); return ;;
          --profile) COMPREPLY=($(compgen -W "$(ksx contexts -o name 2>/dev/null)" -- "$word")); return ;;
          --kubeconfig | --config | --certificate-authority | --client-certificate | --client-key)
            COMPREPLY=($(compgen -f -- "$word")); return ;;
        esac
        [ "$verb" = config ] && verb="config ${COMP_WORDS[2]}"
        [ "$verb ${COMP_WORDS[2]}" = "contexts use" ] && verb="contexts use"
        case $verb in
      \(cases.joined(separator: "\n"))
          *) options='\(spell(Option.everywhere))' ;;
        esac
        if [[ $word == -* ]]; then COMPREPLY=($(compgen -W "$options" -- "$word")); return; fi
        if [ "$COMP_CWORD" = 1 ]; then COMPREPLY=($(compgen -W '\(verbs)' -- "$word")); return; fi
        case "$verb $COMP_CWORD" in
          "config "*" 2") COMPREPLY=($(compgen -W '\(second("config"))' -- "$word")) ;;
          "contexts 2") COMPREPLY=($(compgen -W 'use' -- "$word")) ;;
          "contexts use 3") COMPREPLY=($(compgen -W "$(ksx contexts -o name 2>/dev/null)" -- "$word")) ;;
          "completion 2") COMPREPLY=($(compgen -W 'bash zsh' -- "$word")) ;;
          "help 2") COMPREPLY=($(compgen -W '\(verbs)' -- "$word")) ;;
          \(named.map { "\"\($0) 2\"" }.joined(separator: " | ")) | "config "*" 3")
            COMPREPLY=($(compgen -W "$(ksx list -o name 2>/dev/null)" -- "$word")) ;;
        esac
      }
      complete -F _ksx ksx

      """
  }

  /// The second words of the commands that begin with `first`.
  private static func second(_ first: String) -> String {
    Verb.all.compactMap { verb in
      let words = verb.name.split(separator: " ")
      return words.count == 2 && words[0] == first ? String(words[1]) : nil
    }.sorted().joined(separator: " ")
  }

  private static func spell(_ options: [Option]) -> String {
    options.map { "--" + $0.rawValue }.joined(separator: " ")
  }
}
