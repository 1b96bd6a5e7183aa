package main

import (
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

func manCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "man DIR",
		Short: "Write manual pages",
		Long: `Man writes into a directory a manual page for each command, for man(1). Their date is that of the
variable SOURCE_DATE_EPOCH if it is set.`,
		Example: `  weft man ~/.local/share/man/man1 && man weft-run`,
		Args:    usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o777); err != nil {
				return err
			}
			root := cmd.Root()
			root.DisableAutoGenTag = true
			header := &doc.GenManHeader{Title: "WEFT", Section: "1", Source: "Weft " + root.Version, Manual: "Weft"}
			return doc.GenManTree(root, header, args[0])
		},
	}
}
