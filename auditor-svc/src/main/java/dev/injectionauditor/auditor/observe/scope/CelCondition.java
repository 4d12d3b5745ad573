package dev.injectionauditor.auditor.observe.scope;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelErrorCode;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.extensions.CelExtensions;
import dev.cel.extensions.CelStringExtensions;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelAttributePattern;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import dev.cel.runtime.PartialVars;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One match condition, compiled. Evaluating it costs at most {@value #MOST_ITERATIONS} iterations of its loops and
 * never throws.
 */
final class CelCondition {

    /** What an evaluation comes to. */
    enum Value {
        TRUE,
        FALSE,
        /** It fails in the API server as well, a missing key for one. */
        FAILED,
        /** It needs something that is not known here, or a function that is not known here. */
        UNKNOWN
    }

    /** The API server has a budget too, in units of its own; what is beyond this one is not known. */
    private static final int MOST_ITERATIONS = 10_000;

    private static final int DEEPEST = 100;
    private static final CelAttributePattern[] NOT_KNOWN = {
        CelAttributePattern.create("authorizer"),
        CelAttributePattern.create("namespaceObject"),
        CelAttributePattern.fromQualifiedIdentifier("request.uid"),
        CelAttributePattern.fromQualifiedIdentifier("request.options"),
        CelAttributePattern.fromQualifiedIdentifier("request.userInfo")
    };

    /** Without those that Kubernetes has for lists as well: here they would fail on a list that is not typed. */
    private static final Set<CelStringExtensions.Function> STRING_FUNCTIONS =
            Set.copyOf(EnumSet.complementOf(EnumSet.of(
                    CelStringExtensions.Function.INDEX_OF,
                    CelStringExtensions.Function.LAST_INDEX_OF,
                    CelStringExtensions.Function.REVERSE)));

    private final CelRuntime.@Nullable Program program;
    private final boolean readsUnsureFields;

    private CelCondition(CelRuntime.@Nullable Program program, boolean readsUnsureFields) {
        this.program = program;
        this.readsUnsureFields = readsUnsureFields;
    }

    /** Whether its value may depend on {@link UnsureFields}. */
    boolean readsUnsureFields() {
        return readsUnsureFields;
    }

    /** Compiles expressions. Costly to make, so make it once for all conditions of a webhook. */
    static final class Compiler {

        private final CelCompiler compiler;
        private final CelRuntime runtime;

        Compiler() {
            CelOptions options = CelOptions.current()
                    .enableUnknownTracking(true)
                    .enableHeterogeneousNumericComparisons(true)
                    .maxParseRecursionDepth(DEEPEST)
                    .comprehensionMaxIterations(MOST_ITERATIONS)
                    .build();
            compiler = CelCompilerFactory.standardCelCompilerBuilder()
                    .setOptions(options)
                    .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
                    .addVar("object", SimpleType.DYN)
                    .addVar("oldObject", SimpleType.DYN)
                    .addVar("request", SimpleType.DYN)
                    .addVar("authorizer", SimpleType.DYN)
                    .addVar("namespaceObject", SimpleType.DYN)
                    .addLibraries(
                            CelExtensions.strings(STRING_FUNCTIONS),
                            CelExtensions.sets(options),
                            CelExtensions.optional(),
                            CelExtensions.comprehensions())
                    .build();
            // This implementation, unlike the older one, also notices when a whole is used of which a part is unknown.
            runtime = CelRuntimeFactory.plannerRuntimeBuilder()
                    .setOptions(options)
                    .addLibraries(
                            CelExtensions.strings(STRING_FUNCTIONS),
                            CelExtensions.sets(options),
                            CelExtensions.optional(),
                            CelExtensions.comprehensions())
                    .build();
        }

        /**
         * Compiles an expression. The API server stores only expressions that it can compile, so one that does not
         * compile here uses a function that only Kubernetes has: its value is always unknown.
         */
        CelCondition compile(String expression) {
            try {
                CelAbstractSyntaxTree tree = compiler.compile(expression).getAst();
                return new CelCondition(runtime.createProgram(tree), UnsureFields.mayBeReadBy(tree));
            } catch (CelValidationException | CelEvaluationException e) {
                return new CelCondition(null, false);
            }
        }
    }

    /** Evaluates with these variables; one that is not given is unknown. */
    Value evaluate(Map<String, Object> variables) {
        if (program == null) {
            return Value.UNKNOWN;
        }
        try {
            Object value = program.eval(PartialVars.of(variables, NOT_KNOWN));
            return value instanceof Boolean bool ? (bool ? Value.TRUE : Value.FALSE) : Value.UNKNOWN;
        } catch (CelEvaluationException e) {
            return failsEverywhere(e.getErrorCode()) ? Value.FAILED : Value.UNKNOWN;
        } catch (RuntimeException e) {
            // A fault of the library is no verdict.
            return Value.UNKNOWN;
        }
    }

    /** Whether every implementation of CEL must fail where this one did. */
    private static boolean failsEverywhere(CelErrorCode code) {
        return switch (code) {
            case ATTRIBUTE_NOT_FOUND,
                    INDEX_OUT_OF_BOUNDS,
                    DIVIDE_BY_ZERO,
                    INVALID_ARGUMENT,
                    OVERLOAD_NOT_FOUND,
                    NUMERIC_OVERFLOW,
                    BAD_FORMAT,
                    DUPLICATE_ATTRIBUTE -> true;
            case INTERNAL_ERROR, AMBIGUOUS_OVERLOAD, TYPE_NOT_FOUND, ITERATION_BUDGET_EXCEEDED -> false;
        };
    }
}
