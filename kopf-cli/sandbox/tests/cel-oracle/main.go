// Command cel-oracle runs expressions with a server's own library, and prints the rows that the sandbox's tests hold it to.
//
// It reads expressions from standard input, one a line, and prints a row for each, separated by tabs:
//
//	EXPRESSION	VERDICT	COST
//
// The verdict is `= VALUE`, `! FAULT`, or `? FAULT` where the expression is refused before it runs. With a schema there is a fourth
// column, what the expression may cost at the most. See src/cel/tests for who reads the rows, and README.md here for how to make
// them anew.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"regexp"
	"sort"
	"strconv"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	rules "k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel/model"
	kubejson "k8s.io/apimachinery/pkg/util/json"
	"k8s.io/apimachinery/pkg/util/version"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"k8s.io/apiserver/pkg/cel/environment"
)

// compiler makes an expression ready to run, and tells what it may cost at the most, where that is asked.
type compiler func(expression string) (program cel.Program, most string, err error)

func main() {
	described := flag.String("schema", "", "a schema that types the document: expressions are rules of a definition then, "+
		"the variables are self and oldSelf, and a fourth column has the cost at the most")
	old := flag.String("old", "", "with a schema: another document, that is oldSelf")
	flag.Usage = func() {
		fmt.Fprintln(os.Stderr, "usage: cel-oracle [-schema SCHEMA.json [-old OLD.json]] DOCUMENT.json <EXPRESSIONS >ROWS")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() != 1 || *old != "" && *described == "" {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(flag.Arg(0), *described, *old); err != nil {
		fmt.Fprintln(os.Stderr, "cel-oracle:", err)
		os.Exit(1)
	}
}

func run(documentFile, schemaFile, oldFile string) error {
	var document map[string]any
	if err := read(documentFile, kubejson.Unmarshal, &document); err != nil {
		return err
	}
	base := environment.MustBaseEnvSet(environment.DefaultCompatibilityVersion())
	var compile compiler
	var variables map[string]any
	var err error
	if schemaFile == "" {
		compile, variables, err = untyped(base, document)
	} else {
		old := document
		if oldFile != "" {
			old = nil
			if err := read(oldFile, kubejson.Unmarshal, &old); err != nil {
				return err
			}
		}
		compile, variables, err = typed(base, document, old, schemaFile)
	}
	if err != nil {
		return err
	}
	lines, out := bufio.NewScanner(os.Stdin), bufio.NewWriter(os.Stdout)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		expression := lines.Text()
		program, most, err := compile(expression)
		row := []string{expression, "", ""}
		if err != nil {
			first, _, _ := strings.Cut(err.Error(), "\n")
			row[1] = "? " + first
		} else {
			row[1], row[2] = evaluate(program, variables)
		}
		if schemaFile != "" {
			row = append(row, most)
		}
		fmt.Fprintln(out, strings.Join(row, "\t"))
	}
	if err := lines.Err(); err != nil {
		return err
	}
	return out.Flush()
}

func read(file string, unmarshal func([]byte, any) error, into any) error {
	text, err := os.ReadFile(file)
	if err == nil {
		err = unmarshal(text, into)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}

// untyped expressions see objects as those of policies do, where nothing is known of them.
func untyped(base *environment.EnvSet, document map[string]any) (compiler, map[string]any, error) {
	value := types.DefaultTypeAdapter.NativeToValue(document)
	variables := map[string]any{"self": value, "object": value, "oldObject": nil}
	var declared []cel.EnvOption
	for name := range variables {
		declared = append(declared, cel.Variable(name, cel.DynType))
	}
	extended, err := base.Extend(environment.VersionedOptions{IntroducedVersion: version.MajorMinor(1, 0), EnvOptions: declared})
	if err != nil {
		return nil, nil, err
	}
	env := extended.NewExpressionsEnv()
	return func(expression string) (cel.Program, string, error) {
		ast, issues := env.Compile(expression)
		if issues != nil {
			return nil, "", issues.Err()
		}
		program, err := env.Program(ast, cel.InterruptCheckFrequency(celconfig.CheckFrequency))
		if err != nil {
			return nil, "", fmt.Errorf("program instantiation failed: %w", err)
		}
		return program, "", nil
	}, variables, nil
}

// madeUp is the name of the type of self, which is another one each time.
var madeUp = regexp.MustCompile(`selfType\d+`)

// typed expressions are rules at the root of a definition's schema.
func typed(base *environment.EnvSet, document, old map[string]any, schemaFile string) (compiler, map[string]any, error) {
	var written apiextensionsv1.JSONSchemaProps
	if err := read(schemaFile, json.Unmarshal, &written); err != nil {
		return nil, nil, err
	}
	var internal apiextensions.JSONSchemaProps
	if err := apiextensionsv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(&written, &internal, nil); err != nil {
		return nil, nil, err
	}
	structural, err := schema.NewStructural(&internal)
	if err != nil {
		return nil, nil, err
	}
	declared := model.SchemaDeclType(structural, true)
	whole := model.WithTypeAndObjectMeta(structural)
	return func(expression string) (cel.Program, string, error) {
			structural.XValidations = apiextensionsv1.ValidationRules{{Rule: expression}}
			results, err := rules.Compile(structural, declared, celconfig.PerCallLimit, base, rules.NewExpressionsEnvLoader())
			if err != nil {
				return nil, "", err
			}
			if refused := results[0].Error; refused != nil {
				why := strings.TrimPrefix(refused.Detail, "compilation failed: ")
				return nil, "", errors.New(madeUp.ReplaceAllString(why, "selfType"))
			}
			return results[0].Program, strconv.FormatUint(results[0].MaxCost, 10), nil
		}, map[string]any{
			"self":    rules.UnstructuredToVal(document, whole),
			"oldSelf": rules.UnstructuredToVal(old, whole),
		}, nil
}

// evaluate tells what an expression comes to, and what that has cost.
func evaluate(program cel.Program, variables map[string]any) (verdict, cost string) {
	value, details, err := program.ContextEval(context.Background(), variables)
	if details != nil && details.ActualCost() != nil {
		cost = strconv.FormatUint(*details.ActualCost(), 10)
	}
	if err != nil {
		return "! " + strings.ReplaceAll(err.Error(), "\n", `\n`), cost
	}
	return "= " + shown(value), cost
}

// shown is a value as rows have it.
func shown(value ref.Val) string {
	switch value := value.(type) {
	case types.Bytes:
		return "b" + strconv.Quote(string(value))
	case types.Double:
		text := strconv.FormatFloat(float64(value), 'g', -1, 64)
		if strings.Trim(text, "-0123456789") == "" {
			text += ".0"
		}
		return text
	case types.Duration:
		return fmt.Sprintf("duration(%q)", value.Duration.String())
	case types.Null:
		return "null"
	case types.String:
		return strconv.Quote(string(value))
	case types.Timestamp:
		return fmt.Sprintf("timestamp(%q)", value.ConvertToType(types.StringType))
	case types.Uint:
		return fmt.Sprintf("%du", uint64(value))
	case types.Bool, types.Int:
		return fmt.Sprint(value)
	case *types.Type:
		return fmt.Sprintf("type(%s)", value.TypeName())
	case *types.Optional:
		if !value.HasValue() {
			return "optional.none"
		}
		return fmt.Sprintf("optional(%s)", shown(value.GetValue()))
	case traits.Lister:
		var items []string
		for all := value.Iterator(); all.HasNext() == types.True; {
			items = append(items, shown(all.Next()))
		}
		return "[" + strings.Join(items, ", ") + "]"
	case traits.Mapper:
		entries := map[string]string{}
		var keys []string
		for all := value.Iterator(); all.HasNext() == types.True; {
			key := all.Next()
			keys, entries[shown(key)] = append(keys, shown(key)), shown(value.Get(key))
		}
		sort.Strings(keys)
		for index, key := range keys {
			keys[index] = key + ": " + entries[key]
		}
		return "{" + strings.Join(keys, ", ") + "}"
	default:
		return value.Type().TypeName()
	}
}
