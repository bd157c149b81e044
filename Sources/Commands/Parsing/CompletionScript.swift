/// Completion scripts for shells.
///
/// They call `ksx completion words`, so that all shells use the same table.
enum CompletionScript: String, CaseIterable {
  case bash, zsh, fish

  /// Tells the scripts to complete file names, which the shell does itself.
  static let files = ":files"

  var text: String {
    switch self {
    case .bash:
      return """
        _ksx() {
          local word=${COMP_WORDS[COMP_CWORD]} IFS=$'\\n' line
          local found=($(ksx completion words -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
          COMPREPLY=()
          if [ "${found[0]}" = \(Self.files) ]; then COMPREPLY=($(compgen -f -- "$word")); return; fi
          for line in "${found[@]}"; do COMPREPLY+=("${line%%$'\\t'*}"); done
        }
        complete -F _ksx ksx

        """
    case .zsh:
      return """
        #compdef ksx
        _ksx() {
          local line
          local -a found shown
          found=("${(@f)$(ksx completion words -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
          if [[ $found[1] == \(Self.files) ]]; then _files; return; fi
          for line in $found; do
            [[ -n $line ]] && shown+=("${${line%%$'\\t'*}//:/\\\\:}:${line#*$'\\t'}")
          done
          _describe ksx shown
        }
        compdef _ksx ksx

        """
    case .fish:
      return """
        function __ksx
          set -l found (ksx completion words -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)
          if test "$found[1]" = \(Self.files)
            __fish_complete_path (commandline -ct)
          else
            printf '%s\\n' $found
          end
        end
        complete -c ksx -f -a '(__ksx)'

        """
    }
  }
}
