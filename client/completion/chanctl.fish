# SPDX-License-Identifier: MIT
# Completion for fish: what chanctl itself knows, and what its daemon tells.
function __chanctl_complete
    set -l line (commandline -cp)
    set -l answer (chanctl --complete "$line" 2>/dev/null)
    switch "$answer[1]"
        case files
            __fish_complete_path (commandline -ct)
        case 'command*'
            # Behind -- stands somebody else's command line.
            complete -C (string replace -r '^.*? -- *' '' -- "$line")
        case '*'
            printf '%s\n' $answer[2..-1]
    end
end
complete -c chanctl -f -a '(__chanctl_complete)'
