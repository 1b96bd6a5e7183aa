package weft_test
import ("testing";"os";"context";"weft")
func BenchmarkZZ(b *testing.B){
 e,_:=weft.NewEngine(weft.NewConfig().WithExecutor(weft.Native))
 src,_:=os.ReadFile("/tmp/mc/zz.wat")
 _,in:=openOn(b,e,string(src),weft.DefaultLimits(),nil)
 b.ResetTimer()
 in.Func("f").Call(context.Background(), weft.I32(int32(b.N)))
}
