package dev.injectionauditor.auditor.audit.sql;

import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import org.jooq.BindingGetResultSetContext;
import org.jooq.BindingSetStatementContext;
import org.jooq.Converter;
import org.jooq.DataType;
import org.jooq.EnumType;
import org.jooq.Field;
import org.jooq.Name;
import org.jooq.impl.AbstractBinding;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.Oid;
import org.postgresql.util.PGBinaryObject;
import org.postgresql.util.PGobject;

/**
 * An array that is sent in binary form. Left to themselves, jOOQ and the driver send one as text, and of a batch of
 * thousands of rows that text takes a tenth of the time of both sides. The connection has to be open for it
 * ({@link dev.injectionauditor.auditor.Database#open}).
 */
final class BinaryArray extends PGobject implements PGBinaryObject {

    private static final long serialVersionUID = 1L;

    private static final DataType<BinaryArray> IN_BINARY = SQLDataType.OTHER.asConvertedDataType(new InBinary());

    private final transient BinaryForm form;

    private BinaryArray(String type, int elementType, @Nullable Object[] elements) {
        setType(type);
        this.form = new BinaryForm(elements.length * (Integer.BYTES + 2 * Long.BYTES) + 2 * Long.BYTES + Integer.BYTES);
        form.putArray(elementType, elements);
    }

    /**
     * An array to bind.
     *
     * @param type of the elements; one of those of which columns are, enumerations of the schema included
     */
    static Field<?> val(Class<?> type, @Nullable Object[] elements) {
        Field<?> array = DSL.val(of(type, elements), IN_BINARY);
        // The driver does not know the types of the schema.
        return EnumType.class.isAssignableFrom(type) ? DSL.field("cast({0} as {1}[])", array, name(type)) : array;
    }

    private static Name name(Class<?> enumeration) {
        EnumType any = (EnumType) enumeration.getEnumConstants()[0];
        return DSL.name(Objects.requireNonNull(any.getSchema()).getName(), any.getName());
    }

    private static BinaryArray of(Class<?> type, @Nullable Object[] elements) {
        if (type == UUID.class) {
            return new BinaryArray("_uuid", Oid.UUID, elements);
        } else if (type == Instant.class) {
            return new BinaryArray("_timestamptz", Oid.TIMESTAMPTZ, elements);
        } else if (type == Integer.class) {
            return new BinaryArray("_int4", Oid.INT4, elements);
        } else if (type == Long.class) {
            return new BinaryArray("_int8", Oid.INT8, elements);
        } else if (type == Boolean.class) {
            return new BinaryArray("_bool", Oid.BOOL, elements);
        } else if (type == String.class || EnumType.class.isAssignableFrom(type)) {
            return new BinaryArray("_text", Oid.TEXT, elements);
        }
        throw new IllegalArgumentException("no binary array of " + type);
    }

    @Override
    public int lengthInBytes() {
        return form.size();
    }

    @Override
    public void toBytes(byte[] target, int offset) {
        System.arraycopy(form.bytes(), 0, target, offset, form.size());
    }

    /** Asked for only by a connection that sends no such arrays in binary form. */
    @Override
    public String getValue() {
        throw new IllegalStateException("the driver does not send arrays in binary form; binaryTransfer is off");
    }

    @Override
    public String toString() {
        return getType() + " of " + form.size() + " bytes";
    }

    @Override
    public void setByteValue(byte[] value, int offset) {
        throw new UnsupportedOperationException("arrays are only sent");
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }

    /** Lets jOOQ hand the array to the driver as it is. */
    private static final class InBinary extends AbstractBinding<Object, BinaryArray> {

        private static final long serialVersionUID = 1L;

        @Override
        public Converter<Object, BinaryArray> converter() {
            return Converter.to(Object.class, BinaryArray.class, array -> array);
        }

        @Override
        public void set(BindingSetStatementContext<BinaryArray> context) throws SQLException {
            context.statement().setObject(context.index(), context.value());
        }

        @Override
        public void get(BindingGetResultSetContext<BinaryArray> context) throws SQLException {
            throw new SQLFeatureNotSupportedException("arrays are only sent");
        }
    }
}
